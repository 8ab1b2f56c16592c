import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from './limits.js';

export interface Backoff {
  /** Waits before the given attempt, counted from 1. */
  wait(attempt: number): Promise<void>;
}

/** Exponential with full jitter: rivals that failed together do not come back together. `random` answers [0, 1). */
export const fullJitter = (random: () => number = Math.random): Backoff => ({
  wait: attempt => sleep(random() * Math.min(LIMITS.retryDelayMsMax, LIMITS.retryDelayMsMin * 2 ** attempt)),
});
