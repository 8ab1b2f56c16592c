import {
  CloseCause,
  FilterAction,
  FilterMode,
  Platform,
  Scope,
  SessionState,
  SplitCause,
  UsageMeasure,
  type Property,
  type Session,
  type SessionHit,
  type UsageRule,
} from '@drawdown/proto/sessions';
import { plain, type Plain } from '../output/plain.js';

/** `30m`, `90s`, `1500ms`: the largest unit that is exact. */
export const durationText = (ms: number | undefined): string => {
  if (ms === undefined) return '';
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, unitMs] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${String(ms / unitMs)}${unit}`;
};

/** A name of an enum, as words. */
const words = (name: string | undefined): string =>
  name === undefined || name === 'UNSPECIFIED' ? '' : name.toLowerCase().replaceAll('_', ' ');

export const scopeText = (scope: Scope | undefined): string => (scope === undefined ? '' : words(Scope[scope]));
export const stateText = (state: SessionState): string => words(SessionState[state]);
export const splitText = (cause: SplitCause): string => words(SplitCause[cause]);
export const closeText = (cause: CloseCause): string => words(CloseCause[cause]);

export const usageRuleText = ({ key, measure, eventType, customer }: UsageRule): string => {
  const whose = customer?.$case === 'fixedCustomer' ? customer.value : customer?.$case === 'userId' ? '@user' : '@client';
  return `${key}:${words(UsageMeasure[measure])}:${eventType}:${whose}`;
};

/** Messages for programs: like the API's, with enums by name. */
export const propertyView = (property: Property): Plain => {
  const { settings } = property;
  if (settings === undefined) return plain(property);
  return plain({
    ...property,
    settings: {
      ...settings,
      scope: Scope[settings.scope],
      platformTimeouts: settings.platformTimeouts.map(one => ({ ...one, platform: Platform[one.platform] })),
      filters: settings.filters.map(one => ({ ...one, action: FilterAction[one.action], mode: FilterMode[one.mode] })),
      usageRules: settings.usageRules.map(one => ({ ...one, measure: UsageMeasure[one.measure] })),
    },
  });
};

export const sessionView = (session: Session): Plain =>
  plain({
    ...session,
    state: SessionState[session.state],
    closeCause: CloseCause[session.closeCause],
    splitCause: SplitCause[session.splitCause],
  });

export const sessionHitView = (hit: SessionHit): Plain => plain({ ...hit, splitCause: SplitCause[hit.splitCause] });
