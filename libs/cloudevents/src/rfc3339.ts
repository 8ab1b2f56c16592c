const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** The calendar repeats after 400 years; `Date.UTC` reads the years 0 to 99 as 1900 to 1999 unless they are moved. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;

/** An instant as exactly as it was written. */
export interface Instant {
  /** Whole seconds since 1970 in milliseconds: a multiple of 1,000, negative before. */
  readonly secondMs: number;
  /** Digits behind the point of the second, without zeros at the end. */
  readonly fraction: string;
}

/**
 * Reads an RFC 3339 date and time; `undefined` when it is none.
 * A leap second (`23:59:60` in UTC) is the instant that follows it, as everywhere in POSIX time.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const dayMs = Date.UTC(Number(year) + CYCLE_YEARS, Number(month) - 1, Number(day));
  // A month or day that does not exist runs over into the next one.
  if (new Date(dayMs).getUTCDate() !== Number(day) || Number(month) < 1 || Number(month) > 12) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  if (offsetHour !== undefined && (Number(offsetHour) > 23 || Number(offsetMinute) > 59)) return undefined;
  const offsetMs = offsetHour === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  const minuteMs = dayMs - CYCLE_MS + (Number(hour) * 60 + Number(minute)) * MINUTE_MS - offsetMs;
  if (second === '60' && new Date(minuteMs).toISOString().slice(11, 16) !== '23:59') return undefined;
  return { secondMs: minuteMs + Number(second) * SECOND_MS, fraction: (fraction ?? '').replace(/0+$/, '') };
};

/** Milliseconds since 1970, rounded down. */
export const instantMs = (instant: Instant): number => instant.secondMs + Number(instant.fraction.slice(0, 3).padEnd(3, '0'));
