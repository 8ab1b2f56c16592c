import { PROPERTY_DEFAULTS } from './limits.js';
import type { HardCaps, PropertySettings, SplitSettings } from './settings.js';

/** Settings as somebody gives them: what is absent has its default. */
export type GivenSettings = Partial<Omit<PropertySettings, 'hardCaps' | 'split'>> & {
  readonly hardCaps?: Partial<HardCaps>;
  readonly split?: Partial<SplitSettings>;
};

/** The settings of a new property (sessions §10.1, D11, §13.1). Joining is on by default where it can exist at all. */
export const settingsOf = (given: GivenSettings): PropertySettings => {
  const scope = given.scope ?? 'client';
  const canJoin = scope === 'property';
  return {
    timeoutMs: PROPERTY_DEFAULTS.timeoutMs,
    platformTimeoutsMs: {},
    joinByStamp: canJoin,
    joinByUserId: canJoin,
    stampHeaders: PROPERTY_DEFAULTS.stampHeaders,
    ipMasking: 0,
    clientsPerIdentifierMax: PROPERTY_DEFAULTS.clientsPerIdentifierMax,
    openSessionsMax: null,
    openBytesMax: null,
    botAfterHardCaps: PROPERTY_DEFAULTS.botAfterHardCaps,
    calendarBoundary: { kind: 'none' },
    filters: [],
    announceOpened: false,
    usageRules: [],
    ...given,
    scope,
    hardCaps: { ...PROPERTY_DEFAULTS.hardCaps, ...given.hardCaps },
    split: { ...PROPERTY_DEFAULTS.split, ...given.split },
  };
};

/** The settings after a change: the fields named are taken from what is given, all others stay; without names all are taken. */
export const changedSettings = (
  present: PropertySettings,
  given: GivenSettings,
  fields: readonly (keyof PropertySettings)[],
): PropertySettings => {
  const takesAll = fields.length === 0;
  const scope = (takesAll || fields.includes('scope') ? given.scope : undefined) ?? present.scope;
  const complete = settingsOf({ ...given, scope });
  if (takesAll) return complete;
  return { ...present, ...Object.fromEntries(fields.map(field => [field, complete[field]])) };
};
