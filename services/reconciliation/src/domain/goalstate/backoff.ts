import type { BackoffPolicy } from '../work/backoff.js';

/** Delays of the goal-state engine, in ms (reconciliation §13). */
export interface RetryDelays {
  readonly failureRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** Default `exponential`. */
  readonly backoff?: 'exponential' | 'linear' | undefined;
}

export const retryPolicy = ({ failureRetryDelayMs, maxRetryDelayMs, backoff }: RetryDelays): BackoffPolicy => ({
  type: backoff ?? 'exponential',
  baseMs: failureRetryDelayMs,
  maxMs: maxRetryDelayMs,
});
