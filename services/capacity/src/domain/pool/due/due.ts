import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import { DIMENSIONS, of, type Dimension } from '../../amount/per-dimension.js';
import type { NumberMap } from '../../collection/number-map.js';
import { depletionOf, settle, uses } from '../account.js';
import { decommission, isToDecommission } from '../grace/decide.js';
import { lotsExpired } from '../lot/decide.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import type { DimensionExhausted } from './events.js';

/** Ascending keys of the entries that a condition holds for. */
const idsWhere = <Value extends object>(map: NumberMap<Value>, holds: (value: Value, id: number) => boolean): number[] => {
  const ids: number[] = [];
  if (map.size > 0) for (const [id, value] of map.entries()) if (holds(value, id)) ids.push(id);
  return ids;
};

/** Used, and not recorded as exhausted yet: what a depletion check would find. */
const unmarked = (pool: Pool): readonly Dimension[] => DIMENSIONS.filter(dimension => !pool.exhausted.includes(dimension));

/**
 * The earliest instant at which the pool has something to do; absent: never (capacity §13.4). A dimension that stays exhausted does not come up
 * again, and does not hide the next.
 */
export const nextDue = (pool: Pool): Horizon => {
  let next = earlier(pool.exhaustsAt, pool.lots.expiresNext);
  if (pool.holds.size > 0) for (const [, { until }] of pool.holds.entries()) next = earlier(next, until);
  if (pool.decommissions.size > 0) for (const [, { graceUntil }] of pool.decommissions.entries()) next = earlier(next, graceUntil);
  return next;
};

const exhaustion = (pool: Pool, dimension: Dimension, at: Seconds, detectedAt: Seconds): DimensionExhausted => {
  const remainder = of(settle(pool, at).balance, dimension);
  const workloadIds = idsWhere(pool.members, ({ rates }) => uses(rates, dimension));
  return { type: 'dimension-exhausted', dimension, at, dueAt: at, detectedAt, remainder, workloadIds };
};

/**
 * Records what falls due at an instant, in this order: holds lapse, grace ends, dimensions run empty. Grace that begins here ends later, even if
 * it is 0 s long: within the second a credit still saves the members (capacity §13.6). Lots expire before that is seen.
 */
const recordDueAt = (recording: Recording, at: Seconds, detectedAt: Seconds): void => {
  const { holds, decommissions } = recording.pool;
  const over = idsWhere(decommissions, ({ graceUntil }) => graceUntil <= at);
  for (const workloadId of idsWhere(holds, ({ until }) => until <= at)) {
    recording.record({ type: 'hold-released', workloadId, cause: 'expired', at });
  }
  if (over.length > 0) recording.record({ type: 'workloads-reclaimed', workloadIds: over, at });
  const { expiresNext } = recording.pool.lots;
  if (expiresNext !== undefined && expiresNext <= at) recording.record(lotsExpired(recording.pool, at));
  for (const dimension of unmarked(recording.pool)) {
    const depletion = depletionOf(recording.pool, dimension);
    if (depletion === undefined || depletion > at) continue;
    recording.record(exhaustion(recording.pool, dimension, at, detectedAt));
    const toStop = idsWhere(recording.pool.members, (_member, id) => isToDecommission(recording.pool, id, dimension));
    recording.recordAll(decommission(toStop, dimension, at));
  }
};

/** Whether something was due strictly before an instant. */
export const isOverdue = (pool: Pool, instant: Seconds): boolean => {
  const next = nextDue(pool);
  return next !== undefined && next < instant;
};

/**
 * Records what was due strictly before an instant, in order of instant and each at its own: the result does not depend on whether a timer
 * noticed (capacity §13.6, design §3.18).
 */
export const catchUp = (recording: Recording, before: Seconds): void => {
  for (let next = nextDue(recording.pool); next !== undefined && next < before; next = nextDue(recording.pool)) {
    const recorded = recording.events.length;
    recordDueAt(recording, Number(next), before);
    if (recording.events.length === recorded) {
      throw new RangeError(`pool ${recording.pool.id} says that it has something due at ${next}, and has not`);
    }
  }
};

/** The same, and what is due at the instant itself. */
export const checkDue = (recording: Recording, at: Seconds): void => {
  catchUp(recording, at);
  const next = nextDue(recording.pool);
  if (next !== undefined && next <= at) recordDueAt(recording, at, at);
};
