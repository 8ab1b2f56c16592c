import { Refusal } from '@drawdown/errors';
import { DateTime, IANAZone } from 'luxon';
import type { InstantMs } from './instant.js';

/** Sizes in which usage is shown over time (entitlements §12). */
export type WindowSize = 'HOUR' | 'DAY';

const unitOf = (size: WindowSize): 'hour' | 'day' => (size === 'HOUR' ? 'hour' : 'day');

/**
 * Checks the name of a time zone, as in the IANA data base.
 * @throws Refusal `VALIDATION` (`time_zone_unknown`).
 */
export const parseTimeZone = (name: string): string => {
  if (IANAZone.isValidZone(name)) return name;
  throw new Refusal('VALIDATION', `${JSON.stringify(name.slice(0, 64))} is not a known time zone`, { rule: 'time_zone_unknown' });
};

/** Start of the window that holds `at`, on whole hours or days of the zone. */
export const windowStart = (at: InstantMs, size: WindowSize, timeZone: string): InstantMs =>
  DateTime.fromMillis(at, { zone: timeZone }).startOf(unitOf(size)).toMillis();

/** Start of the window after the one that starts at `start`: a day has 23 to 25 hours where clocks change. */
export const nextWindowStart = (start: InstantMs, size: WindowSize, timeZone: string): InstantMs => {
  const local = DateTime.fromMillis(start, { zone: timeZone });
  const next = size === 'HOUR' ? local.plus({ hours: 1 }) : local.plus({ days: 1 });
  return next.startOf(unitOf(size)).toMillis();
};
