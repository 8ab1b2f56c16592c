import { settledAt, type Pool, type Seconds } from '../../domain/index.js';
import type { Question } from './question.js';

export interface PoolAsked {
  /** Instant to settle to; absent: now. */
  readonly at?: Seconds;
}

/** A pool without the workloads on it, which may be very many. */
export interface PoolAnswer extends Omit<Pool, 'members' | 'holds' | 'decommissions' | 'credits'> {
  readonly memberCount: number;
  readonly holdCount: number;
}

/** The pool, settled (capacity §5.2, §13.4). */
export const getPool: Question<'pool', PoolAsked, PoolAnswer> = {
  kind: 'pool',
  answer: (pool, { at }, now) => {
    const { members, holds, decommissions: _decommissions, credits: _credits, ...rest } = settledAt(pool, at ?? now);
    return { ...rest, memberCount: members.size, holdCount: holds.size };
  },
};
