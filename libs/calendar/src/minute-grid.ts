import { MINUTE_MS, SECOND_MS, type InstantMs } from './instant.js';

/** Down to the whole minute: grants, anchors, voids, resets, the start of measurement (entitlements §2.1). */
export const floorToMinute = (instant: InstantMs): InstantMs => Math.floor(instant / MINUTE_MS) * MINUTE_MS;

/** Up to the whole minute: the instant of a read and the end of a history (entitlements §2.2). */
export const ceilToMinute = (instant: InstantMs): InstantMs => Math.ceil(instant / MINUTE_MS) * MINUTE_MS;

/** Down to the whole second: the resolution in which event times are kept (entitlements §2.3). */
export const floorToSecond = (instant: InstantMs): InstantMs => Math.floor(instant / SECOND_MS) * SECOND_MS;

export const isOnMinuteGrid = (instant: InstantMs): boolean => instant % MINUTE_MS === 0;
