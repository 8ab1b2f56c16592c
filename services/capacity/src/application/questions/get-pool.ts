import type { Seconds } from '../../domain/index.js';
import { summaryOf, type PoolSummary } from './pool-summary.js';
import type { Question } from './question.js';

export interface PoolAsked {
  /** Instant to settle to; absent: now. */
  readonly at?: Seconds | undefined;
  readonly withWorkloadIds?: boolean | undefined;
}

export interface PoolAnswer extends PoolSummary {
  /** Ascending ids of the members; none where they were not asked for. */
  readonly workloadIds: readonly number[];
}

/** The pool, settled (capacity §5.2, §13.4). */
export const getPool: Question<'pool', PoolAsked, PoolAnswer> = {
  kind: 'pool',
  answer: (pool, { at, withWorkloadIds = false }, now) => ({
    ...summaryOf(pool, at ?? now),
    workloadIds: withWorkloadIds ? [...pool.members.keys()] : [],
  }),
};
