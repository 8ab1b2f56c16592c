import {
  emptyDimensionOf,
  nextDue,
  settledAt,
  statusOf,
  type Amounts,
  type Dimension,
  type Horizon,
  type Pool,
  type PoolStatus,
  type Seconds,
} from '../../domain/index.js';

/** A pool as answers show it: without the workloads on it, which may be very many. */
export interface PoolSummary {
  readonly id: number;
  readonly owner: number;
  /** 0 for none. */
  readonly sponsor: number;
  readonly nodeIds: readonly string[];
  /** Milliunit-seconds left at `asOf`. */
  readonly balance: Amounts;
  readonly rates: Amounts;
  readonly heldRates: Amounts;
  readonly asOf: Seconds;
  /** As of the last change; a mere settling leaves it alone (capacity §3.2). */
  readonly emptyAt: Horizon;
  readonly emptyDimension: Dimension | undefined;
  readonly status: PoolStatus;
  readonly dueAt: Horizon;
  readonly exhausted: readonly Dimension[];
  readonly unfunded: Amounts;
  readonly credited: Amounts;
  readonly memberCount: number;
  readonly holdCount: number;
}

/** A pool, settled to an instant. */
export const summaryOf = (pool: Pool, at: Seconds): PoolSummary => {
  const { id, owner, sponsor, nodeIds, balance, rates, heldRates, asOf, exhausted, unfunded, credited, members, holds } = settledAt(
    pool,
    at,
  );
  return {
    id,
    owner,
    sponsor,
    nodeIds,
    balance,
    rates,
    heldRates,
    asOf,
    emptyAt: pool.emptyAt,
    emptyDimension: emptyDimensionOf(pool),
    status: statusOf(pool),
    dueAt: nextDue(pool),
    exhausted,
    unfunded,
    credited,
    memberCount: members.size,
    holdCount: holds.size,
  };
};
