import { backoffMs, jitteredBackoffMs, WORK_BACKOFF } from './backoff.js';
import type { KindRules } from '../definition/rules.js';

/** How an attempt ended (reconciliation §10). Texts are cut when they are stored. */
export type WorkOutcome =
  | { readonly type: 'success' }
  /** Look again after `delayMs` > 0; `converged`: what was wanted is true already. */
  | { readonly type: 'requeue-after'; readonly delayMs: number; readonly converged: boolean }
  | { readonly type: 'delete'; readonly error: string; readonly trace: string }
  /** `retryAfterMs`: the work knows better than the backoff when to try again. */
  | { readonly type: 'error'; readonly error: string; readonly trace: string; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'terminal'; readonly error: string; readonly trace: string }
  /** The process was told to stop; nobody is to blame. */
  | { readonly type: 'stopped' };

/** Delay after a failure, in ms. */
export const retryDelayMs = (
  outcome: Extract<WorkOutcome, { readonly type: 'error' }>,
  rules: KindRules,
  failures: number,
  jitter: number | undefined,
): number => {
  const policy = rules.backoff ?? WORK_BACKOFF;
  if (outcome.retryAfterMs === undefined) return jitteredBackoffMs(policy, failures, jitter);
  return rules.honourBackoff === true ? Math.max(outcome.retryAfterMs, backoffMs(policy, failures)) : outcome.retryAfterMs;
};
