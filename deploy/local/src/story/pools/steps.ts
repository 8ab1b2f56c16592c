import type { Amounts } from './units.js';
import type { Workload } from './workloads.js';

interface AtSecond {
  /** Seconds since the epoch. */
  readonly at: number;
}

/** A signed reservation, paid; the first one opens the pool. */
export interface Buy extends AtSecond {
  readonly kind: 'buy';
  /** Whole unit-seconds, in milliunit-seconds. */
  readonly amounts: Amounts;
}

/** The node says that the workload runs. */
export interface Start extends AtSecond {
  readonly kind: 'start';
  readonly workload: Workload;
}

/** The node says that it is gone. */
export interface Stop extends AtSecond {
  readonly kind: 'stop';
  readonly workload: Workload;
}

/** Nothing can be bought or started any more; what is left is forfeited. */
export interface Close extends AtSecond {
  readonly kind: 'close';
}

export type Step = Buy | Start | Stop | Close;

/** Within a second: what helps first, then ends before starts. */
const ORDER: Readonly<Record<Step['kind'], number>> = { buy: 0, stop: 1, start: 2, close: 3 };

export const inOrder = (steps: readonly Step[]): readonly Step[] =>
  [...steps].sort((left, right) => left.at - right.at || ORDER[left.kind] - ORDER[right.kind]);

export const startOf = (workload: Workload): Start => ({ kind: 'start', at: workload.startedAt, workload });
export const stopOf = (workload: Workload, at = workload.endedAt): Stop => ({ kind: 'stop', at, workload });
