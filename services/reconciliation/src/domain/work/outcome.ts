import { backoffMs, jitteredBackoffMs, WORK_BACKOFF } from './backoff.js';
import type { KindRules } from '../definition/rules.js';
import { deleteIn, messageOf, RetryAfterError, TerminalError, traceOf } from './worker-errors.js';

/** A century: no work may put its resource out of reach of a date. */
const DELAY_MS_MAX = 100 * 366 * 86_400_000;

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

/** The outcome of work that came back with a value: only a delay above 0 asks for another look, everything else is success. */
export const outcomeOfResult = (result: unknown): WorkOutcome => {
  if (typeof result !== 'object' || result === null) return { type: 'success' };
  const { requeueAfterMs, converged } = result as { readonly requeueAfterMs?: unknown; readonly converged?: unknown };
  if (typeof requeueAfterMs !== 'number' || !(requeueAfterMs > 0)) return { type: 'success' };
  return { type: 'requeue-after', delayMs: Math.ceil(Math.min(requeueAfterMs, DELAY_MS_MAX)), converged: converged === true };
};

/** The outcome of work that threw, whatever it threw. */
export const outcomeOfThrown = (thrown: unknown): WorkOutcome => {
  const gone = deleteIn(thrown);
  if (gone !== undefined) return { type: 'delete', error: gone.message, trace: traceOf(gone) };
  const said = { error: messageOf(thrown), trace: traceOf(thrown) };
  if (thrown instanceof TerminalError) return { type: 'terminal', ...said };
  if (!(thrown instanceof RetryAfterError)) return { type: 'error', ...said };
  const { retryAfterMs } = thrown;
  return { type: 'error', ...said, ...(retryAfterMs >= 0 && { retryAfterMs: Math.ceil(Math.min(retryAfterMs, DELAY_MS_MAX)) }) };
};

/** The outcome of work that did not end in time. */
export const TIMED_OUT: WorkOutcome = { type: 'error', error: 'work deadline exceeded', trace: '' };
