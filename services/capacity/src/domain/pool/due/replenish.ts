import type { Seconds } from '../../amount/instant.js';
import { of, type Dimension } from '../../amount/per-dimension.js';
import { touchedMembers } from '../../history/touched.js';
import { isExhausted, settle, uses } from '../account.js';
import type { PoolChanged } from '../events.js';
import { isToDecommission, recordDecommission } from '../grace/decide.js';
import type { DecommissionCancelled } from '../grace/events.js';
import { isAwaited } from '../grace/resume.js';
import { drainOf } from '../member/drain.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';

/**
 * Records what changes mean for members in grace and for dimensions that were recorded as exhausted.
 * Dimensions that can pay again, or that nobody uses or waits for any more, are replenished, and members that were to go for one of them stay
 * (capacity §13.6); who has begun to use one that is still exhausted has to go.
 */
export const recordReplenished = (recording: Recording, changes: readonly PoolChanged[], at: Seconds): void => {
  if (recording.pool.exhausted.length === 0) return;
  const touched = changes.flatMap(change => begun(recording.pool, change));
  const replenished = recording.pool.exhausted.filter(dimension => isReplenished(recording.pool, dimension, at));
  for (const dimension of replenished) recording.record({ type: 'dimension-replenished', dimension, at });
  if (touched.length === 0 && replenished.length === 0 && !changes.some(endsUse)) return;
  const saved = cancelled(recording.pool, replenished, at);
  recording.recordAll(saved);
  const candidates = new Set([...touched, ...saved.flatMap(({ workloadIds }) => workloadIds)]);
  const ascending = [...candidates].sort((left, right) => left - right);
  for (const dimension of recording.pool.exhausted) {
    recordDecommission(
      recording,
      ascending.filter(id => isToDecommission(recording.pool, id, dimension)),
      dimension,
      at,
    );
  }
};

const isReplenished = (pool: Pool, dimension: Dimension, at: Seconds): boolean => {
  const { rates, isPaused } = pool;
  const { balance, asOf, borrowing, lending } = settle(pool, at);
  if (isExhausted({ balance, asOf, rates, isPaused, borrowing, lending }, dimension)) return false;
  const isUsed = !isPaused && of(rates, dimension) > 0;
  return isUsed || !isAwaited(pool, dimension);
};

/** Whether members may have stopped to drain what they have to go for. */
const endsUse = ({ type }: PoolChanged): boolean => type === 'workloads-suspended' || type === 'pool-paused';

/** Members that drain what they did not before. */
const begun = (pool: Pool, event: PoolChanged): readonly number[] => {
  if (event.type === 'pool-resumed') return pool.members.keys();
  return event.type === 'workload-activated' || event.type === 'workloads-resumed' || 'members' in event ? touchedMembers(event) : [];
};

const CAUSES = ['replenished', 'no-longer-used'] as const;

/** Of members in grace that still run, those that may stay; who is suspended stays only by being resumed. */
const cancelled = (pool: Pool, replenished: readonly Dimension[], at: Seconds): DecommissionCancelled[] => {
  const saved: Record<DecommissionCancelled['cause'], number[]> = { replenished: [], 'no-longer-used': [] };
  for (const [id, { dimension }] of pool.decommissions.entries()) {
    const member = pool.members.get(id);
    if (member?.isSuspended === true) continue;
    if (member === undefined || !uses(drainOf(member), dimension)) saved['no-longer-used'].push(id);
    else if (replenished.includes(dimension)) saved.replenished.push(id);
  }
  return CAUSES.flatMap(cause => {
    const workloadIds = saved[cause];
    return workloadIds.length === 0 ? [] : [{ type: 'decommission-cancelled', workloadIds, cause, at }];
  });
};
