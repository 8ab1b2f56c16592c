import type { Seconds } from '../amount/instant.js';
import type { Dimension } from '../amount/per-dimension.js';
import { isExhausted, uses } from './account.js';
import { decommission, isToDecommission } from './due.js';
import type { DecommissionCancelled, PoolEvent } from './events.js';
import { evolvePool } from './evolve.js';
import type { Pool } from './state.js';

/**
 * Changes, and what they mean for dimensions that were recorded as exhausted: those that can pay again, or that nobody uses any more, are
 * replenished, and members that were to go for one of them stay (capacity §13.6); who has begun to use one that is still exhausted has to go.
 */
export const withFollowUps = (before: Pool, changes: readonly PoolEvent[], at: Seconds): readonly PoolEvent[] => {
  if (before.exhausted.length === 0 || changes.length === 0) return changes;
  const after = changes.reduce<Pool>(evolvePool, before);
  const touched = changes.flatMap(begun);
  const replenished = after.exhausted.filter(dimension => !isExhausted(after, dimension));
  if (replenished.length === 0 && touched.length === 0) return changes;
  const events: PoolEvent[] = replenished.map(dimension => ({ type: 'dimension-replenished', dimension, at }));
  events.push(...cancelled(after, replenished, at));
  return [...changes, ...events, ...requested(events.reduce<Pool>(evolvePool, after), [...touched, ...idsOf(events)], at)];
};

/** Members whose rates are new. */
const begun = (event: PoolEvent): readonly number[] => {
  if (event.type === 'workload-activated') return [event.workloadId];
  return event.type === 'rates-rebased' ? event.members.map(({ workloadId }) => workloadId) : [];
};

/** Members that were to go and may stay. */
const idsOf = (events: readonly PoolEvent[]): readonly number[] =>
  events.flatMap(event => (event.type === 'decommission-cancelled' ? event.workloadIds : []));

const cancelled = (pool: Pool, replenished: readonly Dimension[], at: Seconds): PoolEvent[] => {
  const saved: Record<DecommissionCancelled['cause'], number[]> = { replenished: [], 'no-longer-used': [] };
  if (pool.decommissions.size > 0) {
    for (const [id, { dimension }] of pool.decommissions.entries()) {
      const rates = pool.members.get(id)?.rates;
      if (rates === undefined || !uses(rates, dimension)) saved['no-longer-used'].push(id);
      else if (replenished.includes(dimension)) saved.replenished.push(id);
    }
  }
  return CAUSES.flatMap(cause => {
    const workloadIds = saved[cause];
    return workloadIds.length === 0 ? [] : [{ type: 'decommission-cancelled', workloadIds, cause, at }];
  });
};

const CAUSES = ['replenished', 'no-longer-used'] as const;

const requested = (pool: Pool, candidates: readonly number[], at: Seconds): PoolEvent[] => {
  const ascending = [...new Set(candidates)].sort((left, right) => left - right);
  const events: PoolEvent[] = [];
  let current = pool;
  for (const dimension of pool.exhausted) {
    const toStop = ascending.filter(id => isToDecommission(current, id, dimension));
    const more = decommission(toStop, dimension, at);
    events.push(...more);
    current = more.reduce<Pool>(evolvePool, current);
  }
  return events;
};
