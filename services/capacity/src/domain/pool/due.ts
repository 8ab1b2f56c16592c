import { earlier, type Horizon, type Seconds } from '../amount/instant.js';
import { DIMENSIONS, of, type Dimension } from '../amount/per-dimension.js';
import type { NumberMap } from '../collection/number-map.js';
import { depletionOf, settle, uses } from './account.js';
import type { PoolEvent } from './events.js';
import { evolvePool } from './evolve.js';
import type { Pool } from './state.js';

/** Grace that a member gets when a dimension it uses runs empty (capacity §12 D16, the default). */
const GRACE_SECONDS = 0;

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
  let next = pool.exhaustsAt;
  if (pool.holds.size > 0) for (const [, { until }] of pool.holds.entries()) next = earlier(next, until);
  if (pool.decommissions.size > 0) for (const [, { graceUntil }] of pool.decommissions.entries()) next = earlier(next, graceUntil);
  return next;
};

/** Whether a member uses a dimension and is not on its way out already. */
export const isToDecommission = (pool: Pool, workloadId: number, dimension: Dimension): boolean => {
  const member = pool.members.get(workloadId);
  return member !== undefined && uses(member.rates, dimension) && !member.isReclaimed && !pool.decommissions.has(workloadId);
};

const exhaustion = (pool: Pool, dimension: Dimension, at: Seconds, detectedAt: Seconds): PoolEvent[] => {
  const remainder = of(settle(pool, at).balance, dimension);
  const workloadIds = idsWhere(pool.members, ({ rates }) => uses(rates, dimension));
  return [{ type: 'dimension-exhausted', dimension, at, dueAt: at, detectedAt, remainder, workloadIds }];
};

/** Asks for workloads to be stopped; no event if there are none. */
export const decommission = (workloadIds: readonly number[], dimension: Dimension, at: Seconds): PoolEvent[] =>
  workloadIds.length === 0 ? [] : [{ type: 'decommission-requested', workloadIds, dimension, graceUntil: at + GRACE_SECONDS, at }];

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
  const lapsed = idsWhere(pool.holds, ({ until }) => until <= at);
  record(lapsed.map(workloadId => ({ type: 'hold-released', workloadId, cause: 'expired', at })));
  const over = idsWhere(pool.decommissions, ({ graceUntil }) => graceUntil <= at);
  if (over.length > 0) record([{ type: 'workloads-reclaimed', workloadIds: over, at }]);
  for (const dimension of unmarked(pool)) {
    const depletion = depletionOf(current, dimension);
    if (depletion === undefined || depletion > at) continue;
    record(exhaustion(current, dimension, at, detectedAt));
    const toStop = idsWhere(current.members, (_member, id) => isToDecommission(current, id, dimension));
    record(decommission(toStop, dimension, at));
  }
  return events;
};

/** Whether something was due strictly before an instant. */
export const isOverdue = (pool: Pool, instant: Seconds): boolean => {
  const next = nextDue(pool);
  return next !== undefined && next < instant;
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
    if (due.length === 0) throw new RangeError(`pool ${current.id} says that it has something due at ${next}, and has not`);
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
