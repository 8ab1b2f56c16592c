import { Refusal } from '@drawdown/errors';
import { DAY_MS, HOUR_MS, INSTANT_MS_MAX, WEEK_MS, type InstantMs } from './instant.js';

export const EXPIRATION_DURATIONS = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'] as const;

export type ExpirationDuration = (typeof EXPIRATION_DURATIONS)[number];

/** How long after its start a grant ends: a count of durations (entitlements §4.1). */
export interface Expiration {
  readonly count: number;
  readonly duration: ExpirationDuration;
}

/** Largest count the arithmetic takes. */
export const EXPIRATION_COUNT_MAX = 4_294_967_295;

/** Largest count a request may name (entitlements §3.1); the edge passes it to `parseExpiration`. */
export const EXPIRATION_COUNT_API_MAX = 1_000;

/**
 * Checks a count and a duration as they come from outside.
 * @throws Refusal `VALIDATION`: unknown duration, or a count that is not a whole number from 1 to `countMax`.
 */
export const parseExpiration = (count: number, duration: string, countMax: number = EXPIRATION_COUNT_MAX): Expiration => {
  const known = EXPIRATION_DURATIONS.find(candidate => candidate === duration);
  if (known === undefined) {
    throw new Refusal('VALIDATION', `expiration duration must be one of ${EXPIRATION_DURATIONS.join(', ')}`, {
      rule: 'expiration_duration_unknown',
      given: duration.slice(0, 40),
    });
  }
  if (!Number.isInteger(count) || count < 1 || count > countMax) {
    throw new Refusal('VALIDATION', `expiration count must be a whole number from 1 to ${countMax}`, {
      rule: 'expiration_count_out_of_range',
      given: String(count),
    });
  }
  return { count, duration: known };
};

/** Adds months and lets an impossible day run over into the next month: the opposite of what a recurrence does, on purpose. */
const addMonthsOverflowing = (instant: InstantMs, months: number): InstantMs => {
  const date = new Date(instant);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.getTime();
};

const endOf = (from: InstantMs, { count, duration }: Expiration): InstantMs => {
  switch (duration) {
    case 'HOUR':
      return from + count * HOUR_MS;
    case 'DAY':
      return from + count * DAY_MS;
    case 'WEEK':
      return from + count * WEEK_MS;
    case 'MONTH':
      return addMonthsOverflowing(from, count);
    case 'YEAR':
      return addMonthsOverflowing(from, count * 12);
  }
};

/**
 * The instant, exclusive, at which something that began at `from` ends.
 * @throws Refusal `VALIDATION` when that lies beyond the year 9999, the last that RFC 3339 can write.
 */
export const expiresAfter = (from: InstantMs, expiration: Expiration): InstantMs => {
  const end = endOf(from, expiration);
  if (end <= INSTANT_MS_MAX) return end;
  throw new Refusal('VALIDATION', 'expiration lies beyond the year 9999', { rule: 'expiration_too_far' });
};
