import { times } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { NOTHING, plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Pool, Run } from '../state.js';

/** What is kept for runs. */
export interface Reserved {
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  /** Milliunits of the workloads that run on it, or are going to; not of suspended ones. */
  readonly rates: Amounts;
}

const secondsLeft = ({ seconds, since }: Run, at: Seconds): number => (since === undefined ? seconds : Math.max(0, since + seconds - at));

/** What rates take in so many seconds, in milliunit-seconds. */
export const amountsFor = (rates: Amounts, seconds: number): Amounts => [
  times(rates[0], seconds),
  times(rates[1], seconds),
  times(rates[2], seconds),
];

/**
 * What is kept at an instant. A run uses up what is kept for it from its activation on, by the clock, also while it is paused; one that goes on
 * after its time is like a workload with an open end.
 */
export const reservedAt = (pool: Pool, at: Seconds): Reserved => {
  let amounts = NOTHING;
  let rates = NOTHING;
  if (pool.runs.size > 0) {
    for (const [workloadId, run] of pool.runs.unordered()) {
      const seconds = secondsLeft(run, at);
      if (seconds === 0) continue;
      amounts = plusEach(amounts, amountsFor(run.rates, seconds));
      if (pool.members.get(workloadId)?.isSuspended !== true) rates = plusEach(rates, run.rates);
    }
  }
  return { amounts, rates };
};
