import { DAY_MS, HOUR_MS, MINUTE_MS } from '@drawdown/calendar';
import { STAMP_HEADERS_DEFAULT } from '../identity/stamps.js';

/** Bounds and defaults of settings, each with its unit (design §3.15). */
export const PROPERTY_LIMITS = {
  /** Longest inactivity timeout: hits are read again for that long after a loss, beside the longest session (sessions §12.5). */
  timeoutMsMax: DAY_MS,
  hardCapHitsMax: 1_000_000,
  /** With the longest timeout, the lag and an hour it must stay below the retention of hits, 7 days (sessions §12.5). */
  hardCapMsMax: 5 * DAY_MS,
  hardCapBytesMax: 64 * 1_024 * 1_024,
  clientsPerIdentifierMax: 10_000,
  botAfterHardCapsMax: 1_000,
  quotaMax: Number.MAX_SAFE_INTEGER,
  splitMsMax: 31 * DAY_MS,
  splitEventsMax: 1_000_000,
  stampHeadersMax: 32,
  /** A shorter period would cut more than a calendar does. */
  billingPeriodMsMin: HOUR_MS,
  filtersMax: 64,
  filterExpressionBytesMax: 4_096,
  usageRulesMax: 16,
} as const;

export const PROPERTY_DEFAULTS = {
  timeoutMs: 30 * MINUTE_MS,
  hardCaps: { hits: 10_000, ms: DAY_MS, bytes: 8 * 1_024 * 1_024 },
  clientsPerIdentifierMax: 10,
  botAfterHardCaps: 3,
  split: { inactivity: true, maxSinceFirstEventMs: 12 * HOUR_MS, maxEvents: 1_000, userIdChange: true, campaignChange: true },
  /** What the computed stamp is made of beside address and date. */
  stampHeaders: STAMP_HEADERS_DEFAULT,
} as const;
