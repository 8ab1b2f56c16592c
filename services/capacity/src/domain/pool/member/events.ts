import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

export interface WorkloadHeld extends RecordedAt {
  readonly type: 'workload-held';
  readonly workloadId: number;
  readonly rates: Amounts;
  readonly formulaVersion: number;
  readonly until: Seconds;
  readonly nodeId?: string | undefined;
  /** Seconds for which balance is kept; absent: it was admitted for an open end (capacity §15.3). */
  readonly runForSeconds?: number | undefined;
}

export type HoldEnd = 'failed' | 'expired' | 'cancelled';

/** A hold that became an activation ends with the activation instead. */
export interface HoldReleased extends RecordedAt {
  readonly type: 'hold-released';
  readonly workloadId: number;
  readonly cause: HoldEnd;
}

export interface WorkloadActivated extends RecordedAt {
  readonly type: 'workload-activated';
  readonly workloadId: number;
  readonly rates: Amounts;
  readonly formulaVersion: number;
  readonly nodeId?: string | undefined;
  /** Absent: 0. */
  readonly priority?: number | undefined;
}

export interface WorkloadReleased extends RecordedAt {
  readonly type: 'workload-released';
  readonly workloadId: number;
  /** The rates recorded when it was added, whatever the caller said (capacity §12 D4). */
  readonly rates: Amounts;
  readonly cause: string;
}

export interface RebasedMember {
  readonly workloadId: number;
  readonly before: Amounts;
  readonly after: Amounts;
}

export interface RatesRebased extends RecordedAt {
  readonly type: 'rates-rebased';
  readonly members: readonly RebasedMember[];
  /** Ascending ids of members for which no rates were given: they keep theirs (capacity §10.2). */
  readonly missing: readonly number[];
  readonly formulaVersion: number;
}

export type MemberEvent = WorkloadHeld | HoldReleased | WorkloadActivated | WorkloadReleased | RatesRebased;
