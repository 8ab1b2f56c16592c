import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import { isExhausted, uses } from '../account.js';
import type { PoolChanged } from '../events.js';
import { decommission, isToDecommission } from '../grace/decide.js';
import type { DecommissionCancelled } from '../grace/events.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';

/**
 * Records what changes mean for dimensions that were recorded as exhausted: those that can pay again, or that nobody uses any more, are
 * replenished, and members that were to go for one of them stay (capacity §13.6); who has begun to use one that is still exhausted has to go.
 */
export const recordReplenished = (recording: Recording, changes: readonly PoolChanged[], at: Seconds): void => {
  if (recording.pool.exhausted.length === 0) return;
  const touched = changes.flatMap(begun);
  const replenished = recording.pool.exhausted.filter(dimension => !isExhausted(recording.pool, dimension));
  if (replenished.length === 0 && touched.length === 0) return;
  for (const dimension of replenished) recording.record({ type: 'dimension-replenished', dimension, at });
  const saved = cancelled(recording.pool, replenished, at);
  recording.recordAll(saved);
  recordDecommissions(recording, [...touched, ...saved.flatMap(({ workloadIds }) => workloadIds)], at);
};

/** Members whose rates are new. */
const begun = (event: PoolChanged): readonly number[] => {
  if (event.type === 'workload-activated') return [event.workloadId];
  if (event.type === 'capacity-transferred-in' || event.type === 'capacity-transfer-returned') {
    return event.members.map(({ workloadId }) => workloadId);
  }
  return event.type === 'rates-rebased' ? event.members.map(({ workloadId }) => workloadId) : [];
};

const CAUSES = ['replenished', 'no-longer-used'] as const;

const cancelled = (pool: Pool, replenished: readonly Dimension[], at: Seconds): DecommissionCancelled[] => {
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

const recordDecommissions = (recording: Recording, candidates: readonly number[], at: Seconds): void => {
  const ascending = [...new Set(candidates)].sort((left, right) => left - right);
  for (const dimension of recording.pool.exhausted) {
    const toStop = ascending.filter(id => isToDecommission(recording.pool, id, dimension));
    recording.recordAll(decommission(toStop, dimension, at));
  }
};
