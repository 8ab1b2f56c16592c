import { floorToMinute, type InstantMs } from '@drawdown/calendar';
import type { Grant } from './grant.js';

/** Stands for "no end". */
export const OPEN_END = Number.POSITIVE_INFINITY;

const floorOrOpen = (instant: InstantMs | undefined): InstantMs => (instant === undefined ? OPEN_END : floorToMinute(instant));

/**
 * Exclusive end of a grant's active time: the earliest of expiry, void and deletion, never before its start; `OPEN_END` when there is none
 * (entitlements §3.2). A void or deletion inside a minute counts from the start of that minute (§18 Q11).
 */
export const effectiveEnd = (grant: Grant): InstantMs => {
  const end = Math.min(floorOrOpen(grant.expiresAt), floorOrOpen(grant.voidedAt), floorOrOpen(grant.deletedAt));
  return Math.max(end, grant.effectiveAt);
};

/** Active in `[effectiveAt, effectiveEnd)`; a grant of zero length never is. */
export const isActiveAt = (grant: Grant, at: InstantMs): boolean => grant.effectiveAt <= at && at < effectiveEnd(grant);

/**
 * Whether a grant can matter between two instants, both included (entitlements §10.3). One that was voided or deleted exactly at `from` is
 * still listed.
 */
export const isListedBetween = (grant: Grant, from: InstantMs, to: InstantMs): boolean => {
  const ranIntoIt = grant.effectiveAt < from && floorOrOpen(grant.expiresAt) > from;
  const startsInside = from <= grant.effectiveAt && grant.effectiveAt <= to;
  const endedBefore = floorOrOpen(grant.voidedAt) < from || floorOrOpen(grant.deletedAt) < from;
  return (ranIntoIt || startsInside) && !endedBefore;
};
