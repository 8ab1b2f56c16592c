import { MINUTE_MS, type InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import type { UsageSums } from './usage-sums.js';

/** Index of the first element at or after `instant`. */
const lowerBound = (instants: readonly InstantMs[], instant: InstantMs): number => {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((instants[middle] ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Usage as sums per bucket of time with running totals, so that the usage of any segment is the difference of two lookups
 * (entitlements §19.17). Appending is constant time; an amount added behind the end is put in its place and totals after it are counted
 * again when they are next asked for, once for any number of such amounts.
 */
export class RunningSums implements UsageSums {
  readonly #instants: InstantMs[] = [];
  readonly #amounts: Quantity[] = [];
  /** `totals[i]` is the sum of the amounts before bucket i; right up to and including index `#countedTo`. */
  readonly #totals: Quantity[] = [ZERO];
  #countedTo = 0;
  readonly #bucketMs: number;

  /** @param bucketMs length of a bucket; bounds asked for must be multiples of it to be answered exactly. */
  constructor(bucketMs: number) {
    this.#bucketMs = bucketMs;
  }

  get bucketCount(): number {
    return this.#instants.length;
  }

  /** Adds an amount at an instant; a negative one takes back (a cancellation). */
  add(at: InstantMs, amount: Quantity): void {
    const bucket = Math.floor(at / this.#bucketMs) * this.#bucketMs;
    const last = this.#instants.length - 1;
    const lastBucket = this.#instants[last];
    if (lastBucket === undefined || bucket > lastBucket) {
      this.#instants.push(bucket);
      this.#amounts.push(amount);
      return;
    }
    const index = bucket === lastBucket ? last : lowerBound(this.#instants, bucket);
    if (this.#instants[index] === bucket) {
      this.#amounts[index] = (this.#amounts[index] ?? ZERO) + amount;
    } else {
      this.#instants.splice(index, 0, bucket);
      this.#amounts.splice(index, 0, amount);
    }
    this.#countedTo = Math.min(this.#countedTo, index);
  }

  between(from: InstantMs, to: InstantMs): Quantity {
    if (from >= to) return ZERO;
    return this.#totalBefore(to) - this.#totalBefore(from);
  }

  /** Buckets with something in them, ascending: what a store keeps. */
  *entries(): Generator<readonly [at: InstantMs, amount: Quantity]> {
    for (const [index, at] of this.#instants.entries()) {
      const amount = this.#amounts[index] ?? ZERO;
      if (amount !== ZERO) yield [at, amount];
    }
  }

  #totalBefore(instant: InstantMs): Quantity {
    const last = this.#instants.length - 1;
    const isAfterAll = last < 0 || instant > (this.#instants[last] ?? 0);
    const index = isAfterAll ? last + 1 : lowerBound(this.#instants, instant);
    while (this.#countedTo < index) {
      const total = (this.#totals[this.#countedTo] ?? ZERO) + (this.#amounts[this.#countedTo] ?? ZERO);
      this.#countedTo += 1;
      this.#totals[this.#countedTo] = total;
    }
    return this.#totals[index] ?? ZERO;
  }
}

/** Usage per minute: the grid on which everything that cuts usage lies (entitlements §2.1). */
export class MinuteSums extends RunningSums {
  constructor() {
    super(MINUTE_MS);
  }
}
