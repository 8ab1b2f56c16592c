import { Refusal } from '@drawdown/errors';
import { checkHardCaps, checkTimeout, checkedTickMs, type HardCaps, type SplitSettings } from '@drawdown/sessions/domain';
import { Fields } from '../entitlements/fields.js';

const HOUR_MS = 3_600_000;
/** Ids of hits are remembered for this long after their session closed, or for the longest D where that is longer. */
const RETENTION_MS_MIN = 2 * HOUR_MS;

const HARD_CAP_HITS_DEFAULT = 10_000;
const HARD_CAP_MS_DEFAULT = 24 * HOUR_MS;
const TICK_MS_DEFAULT = 1_000;

/** Settings that only the mode `reference` looks at. */
const REFERENCE_ONLY = ['requeue', 'maxRequeues', 'inventory'] as const;

/** Settings of a scenario, checked; times in milliseconds. */
export interface Settings {
  readonly tickMs: number;
  readonly timeoutMs: number;
  /** D of single properties. */
  readonly timeoutsMs: ReadonlyMap<string, number>;
  /** The longest of all these. */
  readonly longestTimeoutMs: number;
  readonly retentionMs: number;
  readonly isolation: 'none' | 'property';
  readonly joinByUserId: boolean;
  readonly compactThresholdBytes: number | null;
  readonly hardCaps: HardCaps;
  readonly split: SplitSettings;
}

/**
 * Reads the settings of a scenario.
 * @throws Refusal `VALIDATION` for what is no setting, `INVALID_SETTINGS` for what D17 forbids.
 */
export const readSettings = (fields: Fields): Settings => {
  const timeoutMs = number(fields, 'sessionDurationMs');
  const givenTickMs = fields.optional('tickMs', name => number(fields, name)) ?? TICK_MS_DEFAULT;
  const timeoutsMs = fields.optional('properties', name => readTimeouts(fields.object(name), timeoutMs)) ?? new Map<string, number>();
  const hardCaps = {
    hits: fields.optional('hardCapHits', name => number(fields, name)) ?? HARD_CAP_HITS_DEFAULT,
    ms: fields.optional('hardCapMs', name => number(fields, name)) ?? HARD_CAP_MS_DEFAULT,
    bytes: Number.POSITIVE_INFINITY,
  };
  const settings: Omit<Settings, 'tickMs' | 'timeoutMs' | 'timeoutsMs' | 'longestTimeoutMs' | 'retentionMs' | 'hardCaps'> = {
    isolation: fields.optional('isolation', name => fields.choice(name, ['none', 'property'])) ?? 'property',
    joinByUserId: fields.flag('joinByUserId', false),
    compactThresholdBytes: fields.optional('compactThresholdBytes', name => number(fields, name)) ?? null,
    split: readSplit(fields.optional('split', name => fields.object(name)) ?? new Fields({})),
  };
  for (const name of REFERENCE_ONLY) fields.take(name);
  fields.end();
  const longestTimeoutMs = [...timeoutsMs.values()].reduce((longest, other) => Math.max(longest, other), timeoutMs);
  const retentionMs = Math.max(RETENTION_MS_MIN, longestTimeoutMs);
  const tickMs = checkedTickMs(givenTickMs);
  for (const given of [timeoutMs, ...timeoutsMs.values()]) checkTimeout(given, { tickMs, retentionMs });
  checkHardCaps(hardCaps);
  return { tickMs, timeoutMs, timeoutsMs, longestTimeoutMs, retentionMs, hardCaps, ...settings };
};

/** Whole, and not below zero; how large it must be is asked elsewhere. */
const number = (fields: Fields, name: string): number => {
  const value = fields.take(name);
  if (typeof value !== 'number') throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be a number`);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal('INVALID_SETTINGS', `${fields.pathOf(name)} must be a whole number, not below zero`);
};

const readTimeouts = (properties: Fields, otherwise: number): ReadonlyMap<string, number> =>
  new Map(
    properties.names().map(propertyId => {
      const property = properties.object(propertyId);
      const timeoutMs = property.optional('sessionDurationMs', name => number(property, name)) ?? otherwise;
      property.end();
      return [propertyId, timeoutMs] as const;
    }),
  );

const readSplit = (fields: Fields): SplitSettings => {
  const split = {
    inactivity: fields.flag('inactivity', true),
    maxSinceFirstEventMs: fields.optional('maxSinceFirstEventMs', name => limit(fields, name)) ?? null,
    maxEvents: fields.optional('maxEvents', name => limit(fields, name)) ?? null,
    userIdChange: fields.flag('userIdChange', false),
    campaignChange: fields.flag('campaignChange', false),
  };
  fields.end();
  return split;
};

const limit = (fields: Fields, name: string): number => {
  const value = number(fields, name);
  if (value > 0) return value;
  throw new Refusal('INVALID_SETTINGS', `${fields.pathOf(name)} must be positive`);
};
