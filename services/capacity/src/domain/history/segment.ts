import type { Seconds } from '../amount/instant.js';
import { equalEach, minusEach, NOTHING, type Amounts } from '../amount/per-dimension.js';
import { settle } from '../pool/account.js';
import type { Pool } from '../pool/state.js';

/** A stretch of time in which a pool drained at the same rates (capacity §13.4). */
export interface Segment {
  readonly from: Seconds;
  /** Exclusive; later than `from`. */
  readonly to: Seconds;
  /** Milliunits. */
  readonly rates: Amounts;
  /** Milliunit-seconds that the balance paid. */
  readonly drained: Amounts;
  /** Milliunit-seconds that were used and found no balance. */
  readonly unfunded: Amounts;
}

/**
 * The stretch that an event has ended; absent where no time has passed or nothing was used. All segments of a pool together are what it has
 * used: what was credited is what they drained and what is left.
 */
export const segmentOf = (before: Pool, after: Pool): Segment | undefined => {
  const { asOf: to } = after;
  const settled = settle(before, to);
  const drained = minusEach(before.balance, settled.balance);
  const unfunded = minusEach(settled.unfunded, before.unfunded);
  if (equalEach(drained, NOTHING) && equalEach(unfunded, NOTHING)) return undefined;
  return { from: before.asOf, to, rates: before.rates, drained, unfunded };
};
