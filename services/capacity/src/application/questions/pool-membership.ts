import { membership, type Amounts } from '../../domain/index.js';
import type { Question } from './question.js';

export interface MembershipAsked {
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates: Amounts;
}

/** How a workload stands to a pool, for the answer to a command that changed nothing (capacity §12 D5). */
export const poolMembership: Question<'pool', MembershipAsked, ReturnType<typeof membership>> = {
  kind: 'pool',
  answer: (pool, { workloadId, rates }) => membership(pool, workloadId, rates),
};
