import { earlier, type Horizon, type Seconds } from '../amount/instant.js';
import { DIMENSIONS, of, type Dimension } from '../amount/per-dimension.js';
import { depletionOf, settle, uses } from './account.js';
import type { PoolEvent } from './events.js';
import { evolvePool } from './evolve.js';
import type { Pool } from './state.js';

/** Grace that a member gets when a dimension it uses runs empty (capacity §12 D16, the default). */
export const GRACE_SECONDS = 0;

const ascending = (ids: readonly number[]): number[] => [...ids].sort((left, right) => left - right);

/** Used, and not recorded as exhausted yet: what a depletion check would find. */
const unmarked = (pool: Pool): readonly Dimension[] => DIMENSIONS.filter(dimension => !pool.exhausted.includes(dimension));

/**
 * The earliest instant at which the pool has something to do; absent: never (capacity §13.4). A dimension that stays exhausted does not come up
 * again, and does not hide the next.
 */
export const nextDue = (pool: Pool): Horizon => {
  let next: Horizon;
  for (const dimension of DIMENSIONS) {
    if (!pool.exhausted.includes(dimension)) next = earlier(next, depletionOf(pool, dimension));
  }
  if (pool.holds.size > 0) for (const [, { until }] of pool.holds.entries()) next = earlier(next, until);
  if (pool.decommissions.size > 0) for (const [, { graceUntil }] of pool.decommissions.entries()) next = earlier(next, graceUntil);
  return next;
};

/** Ascending ids of the members that use a dimension. */
export const membersUsing = (pool: Pool, dimension: Dimension): number[] =>
  ascending(pool.members.entries().flatMap(([id, { rates }]) => (uses(rates, dimension) ? [id] : [])));

/** Members that a dimension has to stop: those that use it and are not on their way out already. */
export const membersToDecommission = (pool: Pool, dimension: Dimension): number[] =>
  membersUsing(pool, dimension).filter(id => pool.members.get(id)?.isReclaimed === false && !pool.decommissions.has(id));

const exhaustion = (pool: Pool, dimension: Dimension, at: Seconds, detectedAt: Seconds): PoolEvent[] => {
  const remainder = of(settle(pool, at).balance, dimension);
  const workloadIds = membersUsing(pool, dimension);
  return [{ type: 'dimension-exhausted', dimension, at, dueAt: at, detectedAt, remainder, workloadIds }];
};

const decommission = (pool: Pool, dimension: Dimension, at: Seconds): PoolEvent[] => {
  const workloadIds = membersToDecommission(pool, dimension);
  return workloadIds.length === 0 ? [] : [{ type: 'decommission-requested', workloadIds, dimension, graceUntil: at + GRACE_SECONDS, at }];
};

/**
 * What falls due at an instant, in this order: holds lapse, grace ends, dimensions run empty. Grace that begins here ends later, even if it is
 * 0 s long: within the second a credit still saves the members (capacity §13.6).
 */
const dueAt = (pool: Pool, at: Seconds, detectedAt: Seconds): PoolEvent[] => {
  const events: PoolEvent[] = [];
  let current = pool;
  const record = (more: readonly PoolEvent[]): void => {
    for (const event of more) {
      events.push(event);
      current = evolvePool(current, event);
    }
  };
  const lapsed = pool.holds.entries().flatMap(([id, { until }]) => (until <= at ? [id] : []));
  record(ascending(lapsed).map(workloadId => ({ type: 'hold-released', workloadId, cause: 'expired', at })));
  const over = pool.decommissions.entries().flatMap(([id, { graceUntil }]) => (graceUntil <= at ? [id] : []));
  if (over.length > 0) record([{ type: 'workloads-reclaimed', workloadIds: ascending(over), at }]);
  for (const dimension of unmarked(pool)) {
    const depletion = depletionOf(current, dimension);
    if (depletion === undefined || depletion > at) continue;
    record(exhaustion(current, dimension, at, detectedAt));
    record(decommission(current, dimension, at));
  }
  return events;
};

/** What a pool had due before an instant, and the pool after it. */
export interface CaughtUp {
  readonly events: readonly PoolEvent[];
  readonly pool: Pool;
}

/**
 * Decides what was due strictly before an instant, in order of instant and each at its own: the result does not depend on whether a timer
 * noticed (capacity §13.6, design §3.18).
 */
export const catchUp = (pool: Pool, before: Seconds): CaughtUp => {
  const events: PoolEvent[] = [];
  let current = pool;
  for (let next = nextDue(current); next !== undefined && next < before; next = nextDue(current)) {
    const due = dueAt(current, Number(next), before);
    events.push(...due);
    current = due.reduce<Pool>(evolvePool, current);
  }
  return { events, pool: current };
};

/** The same, and what is due at the instant itself. */
export const checkDue = (pool: Pool, at: Seconds): readonly PoolEvent[] => {
  const overdue = catchUp(pool, at);
  const next = nextDue(overdue.pool);
  return next === undefined || next > at ? overdue.events : [...overdue.events, ...dueAt(overdue.pool, at, at)];
};
