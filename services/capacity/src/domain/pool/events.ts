import type { Exact } from '../amount/exact.js';
import type { Seconds } from '../amount/instant.js';
import type { Amounts, Dimension } from '../amount/per-dimension.js';

/** Amounts are milliunit-seconds, rates milliunits; events hold facts as decided, and folding never calls a formula (capacity §13.1). */
interface AtInstant {
  /** The command's instant; of what fell due before it, the instant at which it did. */
  readonly at: Seconds;
}

export interface PoolOpened extends AtInstant {
  readonly type: 'pool-opened';
  /** Also the number of the reservation that opened it (capacity §5.3). */
  readonly poolId: number;
  /** Whose pool it is: to every other namespace it is unknown (capacity §13.1). */
  readonly namespace: string;
  readonly owner: number;
  readonly sponsor: number;
  readonly nodeIds: readonly string[];
}

/** Why a pool was credited: a paid reservation, at most once each, or something else by name, such as a migration. */
export type CreditSource = { readonly reservationId: number } | { readonly cause: string };

export interface CapacityCredited extends AtInstant {
  readonly type: 'capacity-credited';
  readonly source: CreditSource;
  readonly amounts: Amounts;
  readonly nodesAdded: readonly string[];
}

export interface WorkloadHeld extends AtInstant {
  readonly type: 'workload-held';
  readonly workloadId: number;
  readonly rates: Amounts;
  readonly formulaVersion: number;
  readonly until: Seconds;
}

export type HoldEnd = 'failed' | 'expired' | 'cancelled';

/** A hold that became an activation ends with the activation instead. */
export interface HoldReleased extends AtInstant {
  readonly type: 'hold-released';
  readonly workloadId: number;
  readonly cause: HoldEnd;
}

export interface WorkloadActivated extends AtInstant {
  readonly type: 'workload-activated';
  readonly workloadId: number;
  readonly rates: Amounts;
  readonly formulaVersion: number;
  readonly nodeId?: string | undefined;
}

export interface WorkloadReleased extends AtInstant {
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

export interface RatesRebased extends AtInstant {
  readonly type: 'rates-rebased';
  readonly members: readonly RebasedMember[];
  /** Ascending ids of members for which no rates were given: they keep theirs (capacity §10.2). */
  readonly missing: readonly number[];
  readonly formulaVersion: number;
}

export interface DimensionExhausted extends AtInstant {
  readonly type: 'dimension-exhausted';
  readonly dimension: Dimension;
  readonly dueAt: Seconds;
  readonly detectedAt: Seconds;
  /** Too little for one more second; what is left of it drains in the next one. */
  readonly remainder: Exact;
  /** Ascending ids of the members that use the dimension. */
  readonly workloadIds: readonly number[];
}

/** One event for all members that one dimension stops: a pool may have 10,000, and a decision is one message. */
export interface DecommissionRequested extends AtInstant {
  readonly type: 'decommission-requested';
  readonly workloadIds: readonly number[];
  readonly dimension: Dimension;
  readonly graceUntil: Seconds;
}

export interface DecommissionCancelled extends AtInstant {
  readonly type: 'decommission-cancelled';
  readonly workloadIds: readonly number[];
  readonly cause: 'replenished' | 'no-longer-used';
}

/** Grace is over: no credit saves these any more; they drain until they are released. */
export interface WorkloadsReclaimed extends AtInstant {
  readonly type: 'workloads-reclaimed';
  readonly workloadIds: readonly number[];
}

/** The dimension can pay for what uses it again, or nothing uses it any more: its next depletion is a new one. */
export interface DimensionReplenished extends AtInstant {
  readonly type: 'dimension-replenished';
  readonly dimension: Dimension;
}

export type PoolEvent =
  | PoolOpened
  | CapacityCredited
  | WorkloadHeld
  | HoldReleased
  | WorkloadActivated
  | WorkloadReleased
  | RatesRebased
  | DimensionExhausted
  | DecommissionRequested
  | DecommissionCancelled
  | WorkloadsReclaimed
  | DimensionReplenished;
