import { meanLengthMs, parseInterval, parseTimeZone } from '@drawdown/calendar';
import { isRefusal, Refusal } from '@drawdown/errors';
import { filtersOf } from '../filters/filters.js';
import { PROPERTY_LIMITS } from './limits.js';
import type { CalendarBoundary, HardCaps, PropertySettings, SplitSettings, UsageRule } from './settings.js';

/** What the service itself is set to, and properties must fit (D17). */
export interface ServiceBounds {
  /** Width of an expiry bucket. */
  readonly tickMs: number;
  /** How long hit ids are remembered after a client's last hit. */
  readonly duplicateRetentionMs: number;
}

/** Last part of a usage event's id, which joins its parts with colons. */
const RULE_KEY = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Refuses settings that could not work (D17, sessions §10.1, §12.1).
 * @throws Refusal `TIMEOUT_TOO_SHORT`, `TIMEOUT_TOO_LONG`, `HARD_CAP_NOT_POSITIVE`, `LIMIT_OUT_OF_RANGE`, `JOIN_NEEDS_SCOPE_PROPERTY`,
 *   `MASKED_IP_CANNOT_JOIN`, `UNKNOWN_TIME_ZONE`, `INVALID_INTERVAL`, `DUPLICATE_NAME`, `FILTER_INVALID`, `VALIDATION`
 */
export const checkSettings = (settings: PropertySettings, bounds: ServiceBounds): void => {
  checkTimeouts(settings, bounds);
  checkJoining(settings);
  checkHardCaps(settings.hardCaps);
  checkSplit(settings.split);
  checkNumbers(settings);
  checkBoundary(settings.calendarBoundary);
  checkNames(
    'filters',
    settings.filters.map(({ name }) => name),
    PROPERTY_LIMITS.filtersMax,
  );
  filtersOf(settings.filters);
  checkNames(
    'usage_rules',
    settings.usageRules.map(({ key }) => key),
    PROPERTY_LIMITS.usageRulesMax,
  );
  settings.usageRules.forEach(checkRule);
};

const checkTimeouts = ({ timeoutMs, platformTimeoutsMs }: PropertySettings, { tickMs, duplicateRetentionMs }: ServiceBounds): void => {
  const longest = Math.min(PROPERTY_LIMITS.timeoutMsMax, duplicateRetentionMs);
  const given: readonly (readonly [string, number])[] = [
    ['timeout_ms', timeoutMs],
    ...Object.values(platformTimeoutsMs).map(timeout => ['platform_timeouts', timeout] as const),
  ];
  for (const [field, timeout] of given) {
    if (!Number.isSafeInteger(timeout) || timeout < tickMs) {
      throw refusal('TIMEOUT_TOO_SHORT', field, `must be whole milliseconds, at least ${tickMs}`, timeout);
    }
    if (timeout > longest) {
      throw refusal('TIMEOUT_TOO_LONG', field, `must be at most ${longest} ms: hit ids are remembered no longer`, timeout);
    }
  }
};

const checkJoining = ({ scope, joinByStamp, joinByUserId, ipMasking }: PropertySettings): void => {
  if (scope === 'client' && joinByStamp) throw joinNeedsScope('join_by_stamp');
  if (scope === 'client' && joinByUserId) throw joinNeedsScope('join_by_user_id');
  if (ipMasking === 4 && joinByStamp) {
    throw refusal('MASKED_IP_CANNOT_JOIN', 'ip_masking', 'removes addresses, which stamps are made of: turn join_by_stamp off', ipMasking);
  }
};

const joinNeedsScope = (field: string): Refusal =>
  refusal('JOIN_NEEDS_SCOPE_PROPERTY', field, 'needs the scope property: clients of scope client lie in different partitions', 'client');

const checkHardCaps = ({ hits, ms, bytes }: HardCaps): void => {
  const { hardCapHitsMax, hardCapMsMax, hardCapBytesMax } = PROPERTY_LIMITS;
  for (const [field, value, max] of [
    ['hard_caps.hits', hits, hardCapHitsMax],
    ['hard_caps.duration_ms', ms, hardCapMsMax],
    ['hard_caps.bytes', bytes, hardCapBytesMax],
  ] as const) {
    if (value < 1) throw refusal('HARD_CAP_NOT_POSITIVE', field, 'must be positive', value);
    checkRange(field, value, 1, max);
  }
};

const checkSplit = ({ maxSinceFirstEventMs, maxEvents }: SplitSettings): void => {
  if (maxSinceFirstEventMs !== null) checkRange('split.max_since_first_event_ms', maxSinceFirstEventMs, 1, PROPERTY_LIMITS.splitMsMax);
  if (maxEvents !== null) checkRange('split.max_events', maxEvents, 1, PROPERTY_LIMITS.splitEventsMax);
};

const checkNumbers = (settings: PropertySettings): void => {
  const { clientsPerIdentifierMax, botAfterHardCapsMax, quotaMax, stampHeadersMax } = PROPERTY_LIMITS;
  checkRange('clients_per_identifier_max', settings.clientsPerIdentifierMax, 1, clientsPerIdentifierMax);
  checkRange('bot_after_hard_caps', settings.botAfterHardCaps, 1, botAfterHardCapsMax);
  checkRange('computed_stamp.headers', settings.stampHeaders?.length ?? 0, 0, stampHeadersMax);
  checkRange('ip_masking', settings.ipMasking, 0, 4);
  if (settings.openSessionsMax !== null) checkRange('open_sessions_max', settings.openSessionsMax, 1, quotaMax);
  if (settings.openBytesMax !== null) checkRange('open_bytes_max', settings.openBytesMax, 1, quotaMax);
};

const checkRange = (field: string, value: number, min: number, max: number): void => {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw refusal('LIMIT_OUT_OF_RANGE', field, `must be an integer from ${min} to ${max}`, value);
};

const checkBoundary = (boundary: CalendarBoundary): void => {
  switch (boundary.kind) {
    case 'none':
      return;
    case 'midnight':
      translated('UNKNOWN_TIME_ZONE', 'calendar_boundary.midnight.time_zone', () => parseTimeZone(boundary.timeZone));
      return;
    case 'billing_period': {
      const field = 'calendar_boundary.billing_period.interval';
      const interval = translated('INVALID_INTERVAL', field, () => parseInterval(boundary.interval));
      if (meanLengthMs(interval) >= PROPERTY_LIMITS.billingPeriodMsMin) return;
      throw refusal('INVALID_INTERVAL', field, 'must be at least an hour', boundary.interval);
    }
  }
};

const checkNames = (field: string, names: readonly string[], max: number): void => {
  checkRange(field, names.length, 0, max);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusal('DUPLICATE_NAME', field, 'must have different names', twice);
};

const checkRule = ({ key }: UsageRule, index: number): void => {
  if (RULE_KEY.test(key)) return;
  throw refusal('VALIDATION', `usage_rules[${index}].key`, 'must be 1–64 characters of A-Z a-z 0-9 _ -', key);
};

/** The calendar's own refusals know neither our code nor our field. */
const translated = <T>(reason: string, field: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal(reason, error.message, { field, ...error.metadata }, [{ field, description: error.message }], { cause: error });
  }
};

const refusal = (reason: string, field: string, description: string, given: number | string): Refusal =>
  new Refusal(reason, `${field} ${description}`, { field, given: String(given) }, [{ field, description }]);
