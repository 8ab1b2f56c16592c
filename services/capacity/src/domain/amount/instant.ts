import type { Exact } from './exact.js';
import { NEVER_SECONDS } from './limits.js';

/** Whole seconds since 1970; a fraction is dropped where time enters (capacity §3). */
export type Seconds = number;

/** An instant that may lie beyond every clock; absent: never. */
export type Horizon = Exact | undefined;

/** `never` as the largest 64-bit integer, for sort keys and the wire. */
export const orNever = (instant: Horizon): Exact => instant ?? NEVER_SECONDS;

/** An instant, or never when it lies beyond what 64 bits hold (capacity §3.3). */
export const saturated = (instant: Exact): Horizon => (instant < NEVER_SECONDS ? instant : undefined);

/** The earlier of two, where never is the latest. */
export const earlier = (left: Horizon, right: Horizon): Horizon => {
  if (left === undefined) return right;
  return right === undefined || left <= right ? left : right;
};
