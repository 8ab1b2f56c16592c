import type { InstantMs } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import { effectiveEnd } from '../grants/active.js';
import type { Grant } from '../grants/grant.js';
import { sortByBurnOrder } from '../grants/order.js';

/**
 * Grants sorted once, with what the engine asks of them laid out in arrays. Inside the engine a grant is its index here: the lower index
 * pays first.
 */
export interface BurnOrder {
  readonly grants: readonly Grant[];
  readonly startsAt: Float64Array;
  /** Effective ends, exclusive; `OPEN_END` for none. */
  readonly endsAt: Float64Array;
}

/** A stored grant with a negative amount is ignored (entitlements §3.1): it ends where it starts. */
const endOf = (grant: Grant): InstantMs => (grant.amount < ZERO ? grant.effectiveAt : effectiveEnd(grant));

export const burnOrderOf = (grants: readonly Grant[]): BurnOrder => {
  const sorted = sortByBurnOrder(grants);
  return {
    grants: sorted,
    startsAt: Float64Array.from(sorted, grant => grant.effectiveAt),
    endsAt: Float64Array.from(sorted, endOf),
  };
};

export const isIndexActiveAt = (order: BurnOrder, index: number, at: InstantMs): boolean =>
  order.startsAt[index]! <= at && at < order.endsAt[index]!;
