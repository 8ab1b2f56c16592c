import type { Seconds } from '../amount/instant.js';
import { of } from '../amount/per-dimension.js';
import { isExhausted, uses } from './account.js';
import { GRACE_SECONDS, membersToDecommission } from './due.js';
import type { PoolEvent } from './events.js';
import { evolvePool } from './evolve.js';
import type { Pool } from './state.js';

/**
 * What a change means for dimensions that were recorded as exhausted: those that can pay again, or that nobody uses any more, are replenished,
 * and members that were to go for one of them stay (capacity §13.6); who has begun to use one that is still exhausted has to go.
 */
export const followUps = (before: Pool, changes: readonly PoolEvent[], at: Seconds): PoolEvent[] => {
  if (before.exhausted.length === 0) return [];
  const events: PoolEvent[] = [];
  let pool = changes.reduce<Pool>(evolvePool, before);
  const record = (event: PoolEvent): void => {
    events.push(event);
    pool = evolvePool(pool, event);
  };
  for (const dimension of pool.exhausted) {
    if (!isExhausted(pool, dimension)) record({ type: 'dimension-replenished', dimension, at });
  }
  const { replenished, noLongerUsed } = saved(pool);
  if (replenished.length > 0) record({ type: 'decommission-cancelled', workloadIds: replenished, cause: 'replenished', at });
  if (noLongerUsed.length > 0) record({ type: 'decommission-cancelled', workloadIds: noLongerUsed, cause: 'no-longer-used', at });
  for (const dimension of pool.exhausted) {
    const workloadIds = membersToDecommission(pool, dimension);
    if (workloadIds.length > 0) record({ type: 'decommission-requested', workloadIds, dimension, graceUntil: at + GRACE_SECONDS, at });
  }
  return events;
};

/** Members whose reason to go is gone, ascending. */
const saved = (pool: Pool): { readonly replenished: number[]; readonly noLongerUsed: number[] } => {
  const replenished: number[] = [];
  const noLongerUsed: number[] = [];
  for (const [id, { dimension }] of pool.decommissions.entries().sort(([left], [right]) => left - right)) {
    const rates = pool.members.get(id)?.rates;
    if (rates === undefined || !uses(rates, dimension)) noLongerUsed.push(id);
    else if (of(pool.balance, dimension) >= of(pool.rates, dimension)) replenished.push(id);
  }
  return { replenished, noLongerUsed };
};
