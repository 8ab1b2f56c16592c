import type { RecordedAt } from '../at-instant.js';

/** What a threshold is about: remaining time in seconds, or the remaining share in percent. */
export type AlertMeasure = 'time' | 'share';

/** What is left fell below a threshold. Larger ones that were jumped over count as crossed, too, and say nothing (capacity §15.2). */
export interface ThresholdCrossed extends RecordedAt {
  readonly type: 'threshold-crossed';
  readonly measure: AlertMeasure;
  readonly threshold: number;
  /** Seconds or percent that are left, rounded down. */
  readonly value: number;
}

/** As much is left again: these thresholds may be crossed anew. */
export interface ThresholdsCleared extends RecordedAt {
  readonly type: 'thresholds-cleared';
  readonly measure: AlertMeasure;
  /** Ascending. */
  readonly thresholds: readonly number[];
  /** The smallest that is still crossed; absent: none. */
  readonly stillCrossed?: number | undefined;
  readonly value: number;
}

export type AlertEvent = ThresholdCrossed | ThresholdsCleared;
