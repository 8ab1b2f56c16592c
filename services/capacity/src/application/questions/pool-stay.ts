import { stayOf, type Stay } from '../../domain/index.js';
import type { Question } from './question.js';

export interface StayAsked {
  readonly workloadId: number;
}

/** How one workload stands to a pool; absent: it neither drains nor is held. */
export const poolStay: Question<'pool', StayAsked, Stay | undefined> = {
  kind: 'pool',
  answer: (pool, { workloadId }) => stayOf(pool, workloadId),
};
