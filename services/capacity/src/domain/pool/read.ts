import type { Seconds } from '../amount/instant.js';
import { DIMENSIONS, of, type Amounts } from '../amount/per-dimension.js';
import { exhaustedAt, exhaustsAtOf, uses } from './account.js';
import { copyOf } from './draft.js';
import { settleTo } from './settle.js';
import type { Pool } from './state.js';

/** A copy with the balances of an instant; what was computed at the last change, `emptyAt` foremost, stays (capacity §3.2). */
export const settledAt = (pool: Pool, at: Seconds): Pool => {
  const copy = copyOf(pool);
  settleTo(copy, at);
  copy.exhaustsAt = exhaustsAtOf(copy);
  return copy;
};

/** Whether a customer may use the pool on a node: the owner, on one of its nodes, spelt exactly so (capacity §3.7, §6.2). */
export const isAllowed = (pool: Pool, customer: number, nodeId: string): boolean =>
  pool.owner === customer && pool.nodeIds.includes(nodeId);

/** Ascending ids of the members that use what is exhausted at an instant: those to stop (capacity §9). */
export const membersToStop = (pool: Pool, at: Seconds): number[] => {
  const exhausted = exhaustedAt(pool, at);
  return [...pool.members.entries()].flatMap(([id, { rates }]) => (exhausted.some(dimension => uses(rates, dimension)) ? [id] : []));
};

/** Whether rates use a dimension that has nothing left at all; nobody else is asked (capacity §9). */
export const isStarved = (left: Amounts, rates: Amounts): boolean =>
  DIMENSIONS.some(dimension => uses(rates, dimension) && of(left, dimension) === 0);
