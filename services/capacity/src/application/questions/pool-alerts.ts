import type { Exact, Horizon, Pool } from '../../domain/index.js';
import { plus, shareBelowAt } from '../../domain/index.js';

/** A threshold of a pool's policy (capacity §15.2). */
export interface AlertSummary {
  readonly measure: 'time' | 'share';
  /** Seconds, or percent. */
  readonly threshold: number;
  readonly isCrossed: boolean;
  /** When it will be crossed, as things stand; absent: it will not, or is. */
  readonly dueAt: Horizon;
}

/** Thresholds of a pool, those of time first, each kind from the largest down. */
export const alertsOf = (pool: Pool): readonly AlertSummary[] => {
  const { policy, alerts, emptyAt } = pool;
  const summary = (measure: AlertSummary['measure'], threshold: number, crossed: number | undefined, due: Horizon): AlertSummary => {
    const isCrossed = crossed !== undefined && threshold >= crossed;
    return { measure, threshold, isCrossed, dueAt: isCrossed || emptyAt === undefined ? undefined : due };
  };
  return [
    ...policy.alerts.seconds.map(seconds => summary('time', seconds, alerts.belowSeconds, before(emptyAt, seconds))),
    ...policy.alerts.percents.map(percent => summary('share', percent, alerts.belowPercent, shareBelowAt(pool, percent))),
  ];
};

/** First second at which less than some seconds are left. */
const before = (emptyAt: Exact | undefined, seconds: number): Horizon => (emptyAt === undefined ? undefined : plus(emptyAt, 1 - seconds));
