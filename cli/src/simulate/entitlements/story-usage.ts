import { SECOND_MS, type InstantMs } from '@drawdown/calendar';
import { RunningSums, usagePeriodAt, usagePeriodsOf, type MeteredEntitlement, type UsageSums } from '@drawdown/entitlements/domain';
import { ONE } from '@drawdown/quantity';
import { sumUsage } from './run.js';

export const AGGREGATIONS = ['SUM', 'COUNT', 'UNIQUE_COUNT'] as const;

export type Aggregation = (typeof AGGREGATIONS)[number];

type UsageEvent = readonly [at: InstantMs, value: string];

/** Where a story stands: an entitlement, and the events delivered so far. */
export interface Story {
  readonly aggregation: Aggregation;
  entitlement: MeteredEntitlement;
  readonly events: UsageEvent[];
  now: InstantMs;
}

/** The first event with a value counts 1 in each usage period, later ones nothing (entitlements §13.3). */
const countUnique = ({ entitlement, events }: Story): UsageSums => {
  const sums = new RunningSums(SECOND_MS);
  const periods = usagePeriodsOf(entitlement);
  const seen = new Set<string>();
  let periodEnd = Number.NEGATIVE_INFINITY;
  for (const [at, value] of [...events].sort(([left], [right]) => left - right)) {
    if (at < entitlement.measureUsageFrom) continue;
    if (at >= periodEnd) {
      seen.clear();
      periodEnd = usagePeriodAt(periods, at).to;
    }
    if (!seen.has(value)) sums.add(at, ONE);
    seen.add(value);
  }
  return sums;
};

/** What the events delivered so far are worth, in sums. */
export const usageOf = (story: Story): UsageSums => {
  switch (story.aggregation) {
    case 'SUM':
      return sumUsage(story.events);
    case 'COUNT':
      return sumUsage(story.events.map(([at]) => [at, '1'] as const));
    case 'UNIQUE_COUNT':
      return countUnique(story);
  }
};
