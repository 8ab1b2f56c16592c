/**
 * Which thresholds were crossed downwards and not cleared since. Of each kind one number is enough: the smallest threshold that was crossed, for
 * whoever is below it is below all larger ones (capacity §15.2).
 */
export interface Alerts {
  /** Remaining time, in seconds; absent: none was crossed. */
  readonly belowSeconds: number | undefined;
  /** Remaining share of the balance right after the last credit, in percent; absent: none was crossed. */
  readonly belowPercent: number | undefined;
}

export const NO_ALERTS: Alerts = { belowSeconds: undefined, belowPercent: undefined };
