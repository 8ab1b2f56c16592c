import type { Dimension } from '../amount/per-dimension.js';
import { DIMENSIONS, NOTHING, equalEach } from '../amount/per-dimension.js';
import { depletionOf } from '../pool/account.js';
import type { Pool } from '../pool/state.js';

/** How a pool stands as a whole (capacity §13.4). */
export const POOL_STATUSES = ['idle', 'active', 'paused', 'depleted', 'closed'] as const;

export type PoolStatus = (typeof POOL_STATUSES)[number];

/**
 * From the state alone: a pool that was closed stays `closed`; a paused one is `paused` whatever it has; it is `depleted` while a dimension is
 * recorded as exhausted, and `idle` while nothing drains it.
 */
export const statusOf = (pool: Pool): PoolStatus => {
  if (pool.closing !== undefined) return 'closed';
  if (pool.isPaused) return 'paused';
  if (pool.exhausted.length > 0) return 'depleted';
  return equalEach(pool.rates, NOTHING) ? 'idle' : 'active';
};

/** The dimension that cannot pay first, of several the first in order; absent: none ever. */
export const emptyDimensionOf = (pool: Pool): Dimension | undefined =>
  pool.emptyAt === undefined ? undefined : DIMENSIONS.find(dimension => depletionOf(pool, dimension) === pool.emptyAt);
