import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import { DIMENSIONS, of, type Dimension } from '../../amount/per-dimension.js';
import { topUpsAt, recordTopUps } from '../topup/top-up.js';
import { alertsAt, recordAlerts } from '../alert/alert.js';
import { depletionOf, settle, uses } from '../account.js';
import { capsReachedAt, recordCaps } from '../grace/cap.js';
import { isToDecommission, recordDecommission } from '../grace/decide.js';
import { recordNoMoreLoans, recordReclaimed } from '../loan/reclaim.js';
import { lotsExpired } from '../lot/decide.js';
import { drainOf } from '../member/drain.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import type { DimensionExhausted } from './events.js';

/** Used, and not recorded as exhausted yet: what a depletion check would find. */
const unmarked = (pool: Pool): readonly Dimension[] => DIMENSIONS.filter(dimension => !pool.exhausted.includes(dimension));

/**
 * The earliest instant at which the pool has something to do; absent: never (capacity §13.4). A dimension that stays exhausted does not come up
 * again, and does not hide the next.
 */
export const nextDue = (pool: Pool): Horizon => {
  const next = earlier(earlier(pool.exhaustsAt, pool.lots.expiresNext), earlier(pool.holdsEndAt, pool.graceEndsAt));
  const told = earlier(alertsAt(pool), topUpsAt(pool));
  return earlier(told, pool.exhausted.length === 0 ? next : earlier(next, capsReachedAt(pool)));
};

const isDue = (instant: Horizon, at: Seconds): boolean => instant !== undefined && instant <= at;

const exhaustion = (pool: Pool, dimension: Dimension, at: Seconds, detectedAt: Seconds): DimensionExhausted => {
  const remainder = of(settle(pool, at).balance, dimension);
  const workloadIds = pool.members.keysWhere(member => uses(drainOf(member), dimension));
  return { type: 'dimension-exhausted', dimension, at, dueAt: at, detectedAt, remainder, workloadIds };
};

/**
 * Records what falls due at an instant, in this order: holds lapse, grace ends, lots expire, dimensions run empty, caps are reached. Grace that
 * begins here ends later, even if it is 0 s long: within the second a credit still saves the members (capacity §13.6).
 */
const recordDueAt = (recording: Recording, at: Seconds, detectedAt: Seconds): void => {
  const { holds, decommissions, holdsEndAt, graceEndsAt } = recording.pool;
  if (isDue(holdsEndAt, at)) {
    for (const workloadId of holds.keysWhere(({ until }) => until <= at)) {
      recording.record({ type: 'hold-released', workloadId, cause: 'expired', at });
    }
  }
  if (isDue(graceEndsAt, at)) {
    const workloadIds = decommissions.keysWhere(({ graceUntil }) => graceUntil <= at);
    recording.record({ type: 'workloads-reclaimed', workloadIds, at });
  }
  const { expiresNext } = recording.pool.lots;
  if (isDue(expiresNext, at)) recording.record(lotsExpired(recording.pool, at));
  for (const dimension of unmarked(recording.pool)) {
    if (!isDue(depletionOf(recording.pool, dimension), at)) continue;
    recordReclaimed(recording, dimension, at);
    if (!isDue(depletionOf(recording.pool, dimension), at)) continue;
    recording.record(exhaustion(recording.pool, dimension, at, detectedAt));
    recordNoMoreLoans(recording, dimension, at);
    const { pool } = recording;
    recordDecommission(
      recording,
      pool.members.keysWhere((_member, id) => isToDecommission(pool, id, dimension)),
      dimension,
      at,
    );
  }
  recordCaps(recording, at);
  recordAlerts(recording, at);
  recordTopUps(recording, at);
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
