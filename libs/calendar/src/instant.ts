import { Refusal } from '@drawdown/errors';

/** A point in time: epoch milliseconds, always a safe integer. Inside the domain time is never anything else. */
export type InstantMs = number;

/** Half-open stretch of time `[from, to)`. */
export interface Period {
  readonly from: InstantMs;
  readonly to: InstantMs;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const WEEK_MS = 604_800_000;

/** Last instant that RFC 3339 can write. */
export const INSTANT_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

const offsetMs = (sign: string | undefined, hours: string | undefined, minutes: string | undefined): number => {
  if (sign === undefined) return 0;
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === '-' ? -size : size;
};

const refuseInstant = (text: string): never => {
  const shown = text.slice(0, 40);
  throw new Refusal('VALIDATION', `${JSON.stringify(shown)} is not an RFC 3339 instant`, { rule: 'instant_malformed', given: shown });
};

/**
 * Reads an RFC 3339 instant with seconds, in any offset; digits beyond milliseconds are dropped.
 * @throws Refusal `VALIDATION` (`instant_malformed`) for anything else, impossible days and leap seconds included.
 */
export const parseInstant = (text: string): InstantMs => {
  const match = RFC_3339.exec(text);
  if (match === null) return refuseInstant(text);
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = match;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second), millisecond);
  // A calendar that had to carry (February 30, 24:00, second 60) no longer shows the fields it was given.
  const carried =
    local.getUTCDate() !== Number(day) ||
    local.getUTCMonth() + 1 !== Number(month) ||
    local.getUTCHours() !== Number(hour) ||
    local.getUTCMinutes() !== Number(minute) ||
    local.getUTCSeconds() !== Number(second);
  if (carried) return refuseInstant(text);
  if (Number(offsetHours ?? 0) > 23) return refuseInstant(text);
  if (Number(offsetMinutes ?? 0) > 59) return refuseInstant(text);
  return local.getTime() - offsetMs(sign, offsetHours, offsetMinutes);
};

/** RFC 3339 in UTC; the fraction is shown only when there is one. */
export const formatInstant = (instant: InstantMs): string => {
  const text = new Date(instant).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
};
