import type { InstantMs } from '@drawdown/calendar';
import type { Quantity } from '@drawdown/quantity';
import type { GrantBalances } from '../engine/snapshot.js';

/** Why a grant stopped paying inside a segment (entitlements §3.5). */
export type GrantUsageReason = 'GRANT_EXHAUSTED' | 'SEGMENT_TERMINATION';

export interface GrantUsage {
  readonly grantId: string;
  readonly usage: Quantity;
  readonly reason: GrantUsageReason;
}

/** Why a segment ended; several can hold at once, none when only the question ended. */
export interface TerminationReasons {
  /** An activation, expiry, void or deletion. */
  readonly priorityChange: boolean;
  /** Grants that recurred, in burn order, each once. */
  readonly recurrence: readonly string[];
  readonly usageReset: boolean;
  /** Marks the zero-length segment that is the reset itself. */
  readonly rollover: boolean;
}

/** A stretch of time in which balances change only through usage (entitlements §3.5). */
export interface Segment {
  readonly from: InstantMs;
  /** `≥ from`; equal for the segments of zero length. */
  readonly to: InstantMs;
  /** After everything that happens at `from`, before any burning; for a rollover before its payments. */
  readonly balanceAtStart: GrantBalances;
  readonly overageAtStart: Quantity;
  readonly totalUsage: Quantity;
  /** In burn order. */
  readonly grantUsages: readonly GrantUsage[];
  /** What could not be paid. */
  readonly overage: Quantity;
  readonly terminationReasons: TerminationReasons;
}
