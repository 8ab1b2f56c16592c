import { minusEach, type Amounts, type Policy, type Pool, type Seconds } from '../../domain/index.js';
import { alertsOf, type AlertSummary } from './pool-alerts.js';
import { summaryOf, type PoolSummary } from './pool-summary.js';
import type { Question } from './question.js';

export interface PoolAsked {
  /** Instant to settle to; absent: now. */
  readonly at?: Seconds | undefined;
  readonly withWorkloadIds?: boolean | undefined;
}

/** Who lends to a pool, and how much. */
export interface BorrowingSummary {
  readonly parent: number;
  readonly status: 'joining' | 'joined' | 'leaving';
  readonly limit: Amounts;
  readonly granted: Amounts;
  readonly owed: Amounts;
}

export interface PoolAnswer extends PoolSummary {
  readonly policy: Policy;
  readonly alerts: readonly AlertSummary[];
  /** Absent: nobody. */
  readonly borrowing: BorrowingSummary | undefined;
  /** Ascending ids of the members; none where they were not asked for. */
  readonly workloadIds: readonly number[];
}

/** The pool, settled (capacity §5.2, §13.4). */
export const getPool: Question<'pool', PoolAsked, PoolAnswer> = {
  kind: 'pool',
  answer: (pool, { at, withWorkloadIds = false }, now) => ({
    ...summaryOf(pool, at ?? now),
    policy: pool.policy,
    alerts: alertsOf(pool),
    borrowing: borrowingOf(pool),
    workloadIds: withWorkloadIds ? pool.members.keys() : [],
  }),
};

const borrowingOf = ({ borrowing }: Pool): BorrowingSummary | undefined => {
  if (borrowing === undefined) return undefined;
  const { parent, status, limit, granted, borrowed, repaid } = borrowing;
  return { parent, status, limit, granted, owed: minusEach(borrowed, repaid) };
};
