import { DAY_MS, floorToSecond, HOUR_MS, type InstantMs } from '@drawdown/calendar';

/** An event's time may lie this far ahead of its arrival (design §4.9). */
export const EVENT_TIME_AHEAD_MS_MAX = DAY_MS;

/**
 * An event later than this is kept apart with both its instants, because each entitlement decides by its own late window where it counts. No
 * late window is shorter, so that all other events count at their own time for everybody.
 */
const PROMPT_MS_MAX = HOUR_MS;

/** Bounds and defaults of `Lateness` (entitlements §19.5, design §4.9). */
export const LATE_WINDOW_MS_MIN = PROMPT_MS_MAX;
export const LATE_WINDOW_MS_MAX = 31 * DAY_MS;
const LATE_WINDOW_MS_DEFAULT = 7 * DAY_MS;
const LATE_AFTER_MS_DEFAULT = HOUR_MS;

/** What becomes of an event later than the late window: booked when it arrived, or not at all (entitlements §19.5). */
export type BeyondLateWindow = 'book-now' | 'reject';

/** How an entitlement treats late events (entitlements §19.5). */
export interface Lateness {
  /** An event older than this at its arrival is late: what it changes is announced by a correction. */
  readonly lateAfterMs: number;
  /** Within it an event counts at its own time, and everything after is recomputed. */
  readonly lateWindowMs: number;
  readonly beyond: BeyondLateWindow;
}

export const DEFAULT_LATENESS: Lateness = {
  lateAfterMs: LATE_AFTER_MS_DEFAULT,
  lateWindowMs: LATE_WINDOW_MS_DEFAULT,
  beyond: 'book-now',
};

/** When an event happened and when it arrived, both in whole seconds (entitlements §2.3). */
export interface Booking {
  readonly at: InstantMs;
  readonly arrivedAt: InstantMs;
}

export const bookingOf = (at: InstantMs, arrivedAt: InstantMs): Booking => ({ at: floorToSecond(at), arrivedAt: floorToSecond(arrivedAt) });

const delayMs = ({ at, arrivedAt }: Booking): number => arrivedAt - at;

export const isPrompt = (booking: Booking): boolean => delayMs(booking) <= PROMPT_MS_MAX;

/** Whether the event changes what was true before it came, for an entitlement that counts it at its own time. */
export const isLate = (booking: Booking, { lateAfterMs, lateWindowMs }: Lateness): boolean =>
  delayMs(booking) > lateAfterMs && delayMs(booking) <= lateWindowMs;

/** The instant at which the event counts for an entitlement; `undefined`: it does not count. */
export const countedAt = (booking: Booking, { lateWindowMs, beyond }: Lateness): InstantMs | undefined => {
  if (delayMs(booking) <= lateWindowMs) return booking.at;
  return beyond === 'book-now' ? booking.arrivedAt : undefined;
};
