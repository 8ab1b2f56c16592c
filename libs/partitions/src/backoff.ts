import { setMaxListeners } from 'node:events';

/** Bounds of a wait between two attempts, in milliseconds. */
export interface BackoffBounds {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** The exponent is bounded so that the doubling never leaves the safe integers. */
const DOUBLINGS_MAX = 30;
/** Waits that may hang on one end: a few per partition. */
const WAITS_MAX = 256;

/** Full jitter: anywhere between nothing and a bound that doubles with each attempt, so that replicas do not retry in step. */
export const backoffMs = (attempt: number, bounds: BackoffBounds, random: () => number): number =>
  Math.floor(random() * Math.min(bounds.retryMaxMs, bounds.retryMinMs * 2 ** Math.min(attempt, DOUBLINGS_MAX)));

/** A wait that ends early, without an error, when `signal` is aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });

/** Ends many waits at once. Node warns of a leak from the eleventh listener on; here there is one per partition at most, and bounded. */
export const endOfMany = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(WAITS_MAX, controller.signal);
  return controller;
};
