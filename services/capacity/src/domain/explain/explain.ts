import { minus, type Exact } from '../amount/exact.js';
import {
  DIMENSIONS,
  eachDimension,
  of,
  plusEach,
  minusEach,
  type Amounts,
  type Dimension,
  type PerDimension,
} from '../amount/per-dimension.js';
import type { Horizon, Seconds } from '../amount/instant.js';
import { emptyDimensionOf } from '../history/standing.js';
import { depletionOf, uses } from '../pool/account.js';
import { settledAt } from '../pool/read.js';
import type { Flows } from '../pool/flows.js';
import type { Pool } from '../pool/state.js';

/** What one workload takes of a dimension, in milliunits. */
export interface Contribution {
  readonly workloadId: number;
  readonly rate: Exact;
}

/** Who drains a dimension, and until when it lasts. */
export interface DimensionExplanation {
  readonly dimension: Dimension;
  /** First second at which it cannot pay any more; absent: never. */
  readonly emptyAt: Horizon;
  /** Largest first, and of equal ones the smaller id; no more than were asked for. */
  readonly contributions: readonly Contribution[];
  readonly contributionCount: number;
}

/** How a pool came to its balance: credited + transferred in = balance + drained + transferred out + refunded + forfeited (capacity §13.3). */
export interface Explanation extends Flows {
  readonly balance: Amounts;
  readonly credited: Amounts;
  /** Used and paid for. */
  readonly drained: Amounts;
  /** Used and forgiven. */
  readonly unfunded: Amounts;
  /** Those that are used. */
  readonly dimensions: readonly DimensionExplanation[];
  /** The one that ends first; absent: none does. */
  readonly governing: Dimension | undefined;
}

/** Explains a pool as it is at an instant (capacity §15.4). Workloads whose drain is switched off take nothing. */
export const explainPool = (pool: Pool, at: Seconds, contributionsMax: number): Explanation => {
  const settled = settledAt(pool, at);
  const { balance, credited, unfunded, flows } = settled;
  const { transferredIn, transferredOut, refunded, forfeited } = flows;
  const came = plusEach(credited, transferredIn);
  const left = [balance, transferredOut, refunded, forfeited].reduce(plusEach);
  const contributions = contributionsOf(pool);
  return {
    balance,
    credited,
    drained: minusEach(came, left),
    unfunded,
    transferredIn,
    transferredOut,
    refunded,
    forfeited,
    dimensions: DIMENSIONS.filter(dimension => uses(pool.rates, dimension)).map(dimension => ({
      dimension,
      emptyAt: depletionOf(pool, dimension),
      contributions: [...of(contributions, dimension)].sort(largestFirst).slice(0, contributionsMax),
      contributionCount: of(contributions, dimension).length,
    })),
    governing: emptyDimensionOf(pool),
  };
};

const contributionsOf = ({ members }: Pool): PerDimension<Contribution[]> => {
  const found: PerDimension<Contribution[]> = [[], [], []];
  for (const [workloadId, { rates, isSuspended, isPaused }] of members.entries()) {
    if (isSuspended || isPaused) continue;
    for (const dimension of DIMENSIONS) {
      if (uses(rates, dimension)) of(found, dimension).push({ workloadId, rate: of(rates, dimension) });
    }
  }
  return eachDimension(dimension => of(found, dimension));
};

const largestFirst = (left: Contribution, right: Contribution): number => {
  const difference = minus(right.rate, left.rate);
  if (difference === 0) return left.workloadId - right.workloadId;
  return difference > 0 ? 1 : -1;
};
