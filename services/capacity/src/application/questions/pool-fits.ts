import { fits, type Amounts, type Fit } from '../../domain/index.js';
import type { Question } from './question.js';

export interface FitAsked {
  /** 0 for a workload that no pool has. */
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates: Amounts;
  readonly horizonSeconds: number;
}

/** The capacity check without a hold (capacity §7). */
export const poolFits: Question<'pool', FitAsked, Fit> = {
  kind: 'pool',
  answer: (pool, { workloadId, rates, horizonSeconds }, now) => fits(pool, workloadId, rates, now, horizonSeconds),
};
