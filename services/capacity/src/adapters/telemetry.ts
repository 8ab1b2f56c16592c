import { counter, durationHistogram, Metrics, type JsonLogger } from '@drawdown/telemetry';
import type { OwnerObserver } from '../application/partition/observer.js';

const SECOND_MS = 1_000;

/** How late what is due is kept, and what fails and is tried again. */
export const ownerObserver = (logger: JsonLogger): OwnerObserver => {
  const lateness = durationHistogram(Metrics.depletionLateness, 'From the instant at which a pool had something due until it was recorded');
  const checks = counter(Metrics.checksFailed, 'Checks of pools that failed and are tried again');
  const owed = counter(Metrics.owedFailed, 'Attempts to do what one aggregate owes another that failed and are repeated');
  return {
    kept: lateMs => lateness.record(lateMs / SECOND_MS),
    checkFailed: (poolId, error) => {
      checks.add(1);
      logger.warn('a check of a pool failed', { poolId, err: error });
    },
    owedFailed: (what, error) => {
      owed.add(1);
      logger.warn('what is owed could not be done', { what, err: error });
    },
  };
};
