import { Refusal } from '@drawdown/errors';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, WEEK_MS } from './instant.js';

/** A calendar interval, its parts kept apart because they are applied one after the other (entitlements §4.2). */
export interface Interval {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Longest interval: a thousand mean years. Keeps every occurrence near a present-day anchor inside the range of dates. */
export const INTERVAL_LENGTH_MS_MAX = 1_000 * 31_556_952_000;

const MEAN_YEAR_MS = 31_556_952_000;
const MEAN_MONTH_MS = MEAN_YEAR_MS / 12;

const ISO_8601 = /^P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

const INTERVAL_TEXT_LENGTH_MAX = 64;

/** Exact length of the parts from weeks down: in UTC a day is always 24 hours. */
export const fixedPartMs = (interval: Interval): number =>
  interval.weeks * WEEK_MS +
  interval.days * DAY_MS +
  interval.hours * HOUR_MS +
  interval.minutes * MINUTE_MS +
  interval.seconds * SECOND_MS;

/** Length with years and months at their Gregorian mean; exact when there are none. */
export const meanLengthMs = (interval: Interval): number =>
  interval.years * MEAN_YEAR_MS + interval.months * MEAN_MONTH_MS + fixedPartMs(interval);

/**
 * Reads an ISO-8601 period of whole, non-negative parts (`P1M`, `PT90M`, `P1Y6M`, `P1M2W`).
 * @throws Refusal `VALIDATION`: malformed, not positive, or longer than `INTERVAL_LENGTH_MS_MAX`.
 */
export const parseInterval = (text: string): Interval => {
  const match = text.length <= INTERVAL_TEXT_LENGTH_MAX ? ISO_8601.exec(text) : null;
  if (match === null) {
    throw new Refusal('VALIDATION', `${JSON.stringify(text.slice(0, INTERVAL_TEXT_LENGTH_MAX))} is not an ISO-8601 period of whole parts`, {
      rule: 'interval_malformed',
    });
  }
  const part = (index: number): number => Number(match[index] ?? 0);
  const interval: Interval = {
    years: part(1),
    months: part(2),
    weeks: part(3),
    days: part(4),
    hours: part(5),
    minutes: part(6),
    seconds: part(7),
  };
  const length = meanLengthMs(interval);
  if (length <= 0) throw new Refusal('VALIDATION', `interval ${text} is not positive`, { rule: 'interval_not_positive' });
  if (length > INTERVAL_LENGTH_MS_MAX) throw new Refusal('VALIDATION', `interval ${text} is too long`, { rule: 'interval_too_long' });
  return interval;
};

/** ISO-8601 text of an interval; `parseInterval` reads it back unchanged. */
export const formatInterval = (interval: Interval): string => {
  const shown = (count: number, unit: string): string => (count === 0 ? '' : `${count}${unit}`);
  const date = shown(interval.years, 'Y') + shown(interval.months, 'M') + shown(interval.weeks, 'W') + shown(interval.days, 'D');
  const time = shown(interval.hours, 'H') + shown(interval.minutes, 'M') + shown(interval.seconds, 'S');
  return time === '' ? `P${date}` : `P${date}T${time}`;
};
