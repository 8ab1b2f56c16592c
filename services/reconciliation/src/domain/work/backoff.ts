import { firstSet } from '../definition/options.js';
import { LIMITS } from '../limits.js';

/**
 * How long to wait after the n-th failure in a row (reconciliation §4.2, §13). Delays and bounds are whole milliseconds; what comes out
 * broken is rounded down. A function that answers no delay is a mistake of its author: then the work policy holds.
 */
export type BackoffPolicy =
  | { readonly type: 'work'; readonly maxBackoffMs?: number | undefined }
  | { readonly type: 'exponential'; readonly baseMs: number; readonly maxMs: number; readonly factor?: number | undefined }
  | { readonly type: 'linear'; readonly baseMs: number; readonly maxMs: number }
  | { readonly type: 'fixed'; readonly delayMs: number }
  | { readonly type: 'custom'; readonly delayMsAfter: (failures: number) => number };

/** The policy of work that chooses none: n⁴ seconds, 6 hours at most. */
export const WORK_BACKOFF: BackoffPolicy = { type: 'work' };

const FACTOR_DEFAULT = 2;

/** Delay without jitter, in ms. */
export const backoffMs = (policy: BackoffPolicy, failures: number): number => {
  switch (policy.type) {
    case 'work':
      return Math.min(failures ** 4 * 1_000, firstSet(policy.maxBackoffMs) ?? LIMITS.workBackoffMsMax);
    case 'exponential': {
      const power = (policy.factor ?? FACTOR_DEFAULT) ** (failures - 1);
      return Math.floor(Number.isFinite(power) ? Math.min(policy.baseMs * power, policy.maxMs) : policy.maxMs);
    }
    case 'linear':
      return Math.floor(Math.min(policy.baseMs * failures, policy.maxMs));
    case 'fixed':
      return Math.floor(policy.delayMs);
    case 'custom': {
      const delayMs = policy.delayMsAfter(failures);
      return Number.isFinite(delayMs) && delayMs >= 0 ? Math.floor(delayMs) : backoffMs(WORK_BACKOFF, failures);
    }
  }
};

/** Jitter reaches from nine to eleven tenths of a delay, the upper bound excluded. */
const JITTER_TENTHS = 1;

/** The bounds of a delay with jitter, in ms: from `minMs`, below `maxMs`. Only the work policy has jitter; else both are the delay. */
export const backoffBounds = (policy: BackoffPolicy, failures: number): { readonly minMs: number; readonly maxMs: number } => {
  const delayMs = backoffMs(policy, failures);
  if (policy.type !== 'work') return { minMs: delayMs, maxMs: delayMs };
  return { minMs: Math.floor((delayMs * (10 - JITTER_TENTHS)) / 10), maxMs: Math.floor((delayMs * (10 + JITTER_TENTHS)) / 10) };
};

/**
 * Delay with jitter, in ms.
 * @param position where between its bounds the delay lies, in [0, 1); absent: in the middle, which is the delay without jitter.
 */
export const jitteredBackoffMs = (policy: BackoffPolicy, failures: number, position: number | undefined): number => {
  if (position === undefined) return backoffMs(policy, failures);
  const { minMs, maxMs } = backoffBounds(policy, failures);
  return minMs + Math.floor((maxMs - minMs) * position);
};
