import { floorToMinute, type InstantMs, type Interval, type Recurrence } from '@drawdown/calendar';
import type { Grant } from '../grants/grant.js';

/** A manual reset: from `at` on, usage periods follow `interval` from `anchor` (entitlements §8.1, §8.3). */
export interface UsageReset {
  /** On the minute grid; ascending in a list, never twice. */
  readonly at: InstantMs;
  readonly anchor: InstantMs;
  readonly interval: Interval;
  /** The choice of this reset alone; automatic ones follow the entitlement (§18 Q5). */
  readonly preserveOverage: boolean;
}

/** What the balance of a metered entitlement follows from, usage aside (entitlements §3.6). */
export interface MeteredEntitlement {
  readonly id: string;
  /** Usage before it never counts; on the minute grid. */
  readonly measureUsageFrom: InstantMs;
  /** Interval of at least an hour; anchor on the minute grid. */
  readonly usagePeriod: Recurrence;
  /** Manual resets by instant. */
  readonly resets: readonly UsageReset[];
  readonly preserveOverageAtReset: boolean;
  /** Access even at balance 0. */
  readonly isSoftLimit: boolean;
  /** In any order. */
  readonly grants: readonly Grant[];
}

/** An entitlement with its instants truncated to the minute grid (entitlements §2.1). */
export const newMeteredEntitlement = (terms: MeteredEntitlement): MeteredEntitlement => ({
  ...terms,
  measureUsageFrom: floorToMinute(terms.measureUsageFrom),
  usagePeriod: { interval: terms.usagePeriod.interval, anchor: floorToMinute(terms.usagePeriod.anchor) },
});
