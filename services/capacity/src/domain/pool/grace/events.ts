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

/** Grace is over: no credit saves these any more; they drain until they are released. */
export interface WorkloadsReclaimed extends RecordedAt {
  readonly type: 'workloads-reclaimed';
  readonly workloadIds: readonly number[];
}

export type GraceEvent = DecommissionRequested | DecommissionCancelled | WorkloadsReclaimed;
