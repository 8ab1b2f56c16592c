import type { InstantMs, Period } from './instant.js';
import { fixedPartMs, meanLengthMs, type Interval } from './interval.js';

/** Occurrences at `anchor + n × interval` for every integer n, each computed from the anchor (entitlements §4.2). */
export interface Recurrence {
  readonly interval: Interval;
  readonly anchor: InstantMs;
}

/** Whether an occurrence exactly at the asked instant is an answer. */
export type Boundary = 'inclusive' | 'exclusive';

const MONTHS_PER_YEAR = 12;

/** Adds months and keeps the day, or takes the month's last day where that day does not exist. */
const addMonthsClipped = (instant: InstantMs, months: number): InstantMs => {
  if (months === 0) return instant;
  const date = new Date(instant);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(date);
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, lastDay.getUTCDate()));
  return date.getTime();
};

/** Occurrence number `n`; 0 is the anchor, negative ones lie before it. Constant time. */
export const occurrence = ({ interval, anchor }: Recurrence, n: number): InstantMs => {
  const afterYears = addMonthsClipped(anchor, interval.years * MONTHS_PER_YEAR * n);
  const afterMonths = addMonthsClipped(afterYears, interval.months * n);
  return afterMonths + fixedPartMs(interval) * n;
};

/**
 * Number of the last occurrence at or before `at`: one division, then at most a few steps, since clipping and leap years move an
 * occurrence by days from the mean length.
 */
export const occurrenceNumberAt = (recurrence: Recurrence, at: InstantMs): number => {
  let n = Math.floor((at - recurrence.anchor) / meanLengthMs(recurrence.interval));
  while (occurrence(recurrence, n) > at) n -= 1;
  while (occurrence(recurrence, n + 1) <= at) n += 1;
  return n;
};

/** Number of the first occurrence at or after `at`. */
export const occurrenceNumberFrom = (recurrence: Recurrence, at: InstantMs): number => {
  const n = occurrenceNumberAt(recurrence, at);
  return occurrence(recurrence, n) === at ? n : n + 1;
};

/** First occurrence at or after (`inclusive`), or strictly after (`exclusive`), `at`. */
export const nextOccurrence = (recurrence: Recurrence, at: InstantMs, boundary: Boundary): InstantMs => {
  const n = occurrenceNumberAt(recurrence, at);
  const last = occurrence(recurrence, n);
  return boundary === 'inclusive' && last === at ? last : occurrence(recurrence, n + 1);
};

/** Last occurrence at or before (`inclusive`), or strictly before (`exclusive`), `at`. */
export const previousOccurrence = (recurrence: Recurrence, at: InstantMs, boundary: Boundary): InstantMs => {
  const n = occurrenceNumberAt(recurrence, at);
  const last = occurrence(recurrence, n);
  return boundary === 'exclusive' && last === at ? occurrence(recurrence, n - 1) : last;
};

/** The period that holds `at`: one that is exactly on an occurrence starts there. */
export const periodAt = (recurrence: Recurrence, at: InstantMs): Period => {
  const n = occurrenceNumberAt(recurrence, at);
  return { from: occurrence(recurrence, n), to: occurrence(recurrence, n + 1) };
};

/** Occurrences in `[from, to)`, ascending, one at a time so that the caller sets the limit. */
export function* occurrencesBetween(recurrence: Recurrence, from: InstantMs, to: InstantMs): Generator<InstantMs> {
  let n = occurrenceNumberFrom(recurrence, from);
  for (let at = occurrence(recurrence, n); at < to; at = occurrence(recurrence, n)) {
    yield at;
    n += 1;
  }
}
