import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import { depletionOf } from '../account.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import { isInTree, isLendingNow, loansOf, settleTree } from './account.js';

/** The loan that ends first when the pool runs empty: of those that cost something now, the latest (capacity §15.8). */
const latestLoan = (pool: Pool, dimension: Dimension, at: Seconds): number | undefined =>
  loansOf(settleTree(pool, at).lending, dimension).findLast(([, loan]) => isLendingNow(loan, dimension, at))?.[0];

/** A pool that is empty lends nothing more: loans that were to begin later end as well. */
export const recordNoMoreLoans = (recording: Recording, dimension: Dimension, at: Seconds): void => {
  for (const [child] of loansOf(recording.pool.lending, dimension).reverse()) {
    recording.record({ type: 'loan-reclaimed', child, dimension, at });
  }
};

/** Before members of a pool that runs empty have to go, its borrowers have to: their loans end until what is left can be paid. */
export const recordReclaimed = (recording: Recording, dimension: Dimension, at: Seconds): void => {
  while (isInTree(recording.pool)) {
    const emptyAt = depletionOf(recording.pool, dimension);
    const child = emptyAt === undefined || emptyAt > at ? undefined : latestLoan(recording.pool, dimension, at);
    if (child === undefined) return;
    recording.record({ type: 'loan-reclaimed', child, dimension, at });
  }
};
