/** Bounds of a wait between two attempts, in milliseconds. */
export interface BackoffBounds {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** The exponent is bounded so that the doubling never leaves the safe integers. */
const DOUBLINGS_MAX = 30;

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
