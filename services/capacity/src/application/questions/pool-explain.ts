import { explainPool, type Explanation } from '../../domain/index.js';
import { getPool, type PoolAnswer } from './get-pool.js';
import type { Question } from './question.js';

export interface ExplanationAsked {
  /** Workloads to name per dimension. */
  readonly contributionsMax: number;
}

export interface ExplainedPool {
  readonly pool: PoolAnswer;
  readonly explanation: Explanation;
}

/** How the pool came to its balance, and what drains it (capacity §15.4). */
export const poolExplain: Question<'pool', ExplanationAsked, ExplainedPool> = {
  kind: 'pool',
  answer: (pool, { contributionsMax }, now) => ({
    pool: getPool.answer(pool, {}, now),
    explanation: explainPool(pool, now, contributionsMax),
  }),
};
