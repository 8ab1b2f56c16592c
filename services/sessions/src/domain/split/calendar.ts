import { nextWindowStart, parseInterval, parseTimeZone, periodAt, windowStart, type InstantMs, type Period } from '@drawdown/calendar';
import type { CalendarBoundary } from '../property/settings.js';

/** First boundary after an instant: a session that began at that instant ends before it. */
export type NextBoundary = (at: InstantMs) => InstantMs;

/**
 * Where a property's calendar cuts (sessions §15.6): at midnight of its time zone, however long that day is, or at the end of the
 * billing period. Null where it does not cut.
 * @throws Refusal `VALIDATION` for an unknown time zone or a malformed interval.
 */
export const nextBoundaryOf = (boundary: CalendarBoundary): NextBoundary | null => {
  switch (boundary.kind) {
    case 'none':
      return null;
    case 'midnight': {
      const timeZone = parseTimeZone(boundary.timeZone);
      return endOfLatest(at => {
        const from = windowStart(at, 'DAY', timeZone);
        return { from, to: nextWindowStart(from, 'DAY', timeZone) };
      });
    }
    case 'billing_period': {
      const recurrence = { anchor: boundary.anchorMs, interval: parseInterval(boundary.interval) };
      return endOfLatest(at => periodAt(recurrence, at));
    }
  }
};

/** Remembers the period asked for last: sessions that close together mostly lie in the same one, and zones are slow to compute. */
const endOfLatest = (periodOf: (at: InstantMs) => Period): NextBoundary => {
  let latest: Period | null = null;
  return at => {
    if (latest === null || at < latest.from || at >= latest.to) latest = periodOf(at);
    return latest.to;
  };
};
