import type { Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

/** One event for all members that one dimension stops: a pool may have 10,000, and a decision is one message. */
export interface DecommissionRequested extends RecordedAt {
  readonly type: 'decommission-requested';
  readonly workloadIds: readonly number[];
  readonly dimension: Dimension;
  readonly graceUntil: Seconds;
}

export interface DecommissionCancelled extends RecordedAt {
  readonly type: 'decommission-cancelled';
  readonly workloadIds: readonly number[];
  readonly cause: 'replenished' | 'no-longer-used';
}

/** Grace is over: no credit saves these any more; they are members until they are released. */
export interface WorkloadsReclaimed extends RecordedAt {
  readonly type: 'workloads-reclaimed';
  readonly workloadIds: readonly number[];
}

/** Why a member does not drain: a dimension it uses ran out, so much was forgiven that it is enough, or somebody said so. */
export type SuspensionCause = 'exhausted' | 'capped' | 'paused';

/** The drain of members is off (capacity §15.5, §15.6). */
export interface WorkloadsSuspended extends RecordedAt {
  readonly type: 'workloads-suspended';
  readonly workloadIds: readonly number[];
  readonly cause: SuspensionCause;
}

/** It is on again, as far as this cause goes: what is paused as well still does not drain. */
export interface WorkloadsResumed extends RecordedAt {
  readonly type: 'workloads-resumed';
  readonly workloadIds: readonly number[];
  readonly cause: 'replenished' | 'unpaused';
}

/** So much was forgiven in a dimension since it was exhausted that nobody in grace may go on (capacity §15.5). */
export interface UnfundedCapReached extends RecordedAt {
  readonly type: 'unfunded-cap-reached';
  readonly dimension: Dimension;
  /** Milliunit-seconds forgiven since the exhaustion. */
  readonly unfunded: Exact;
}

export type GraceEvent =
  DecommissionRequested | DecommissionCancelled | WorkloadsReclaimed | WorkloadsSuspended | WorkloadsResumed | UnfundedCapReached;
