import type { Seconds } from '../../amount/instant.js';
import { NOTHING, type Amounts, type PerDimension } from '../../amount/per-dimension.js';
import { NumberMap } from '../../collection/number-map.js';
import { TextMap } from '../../collection/text-map.js';

/** What was paid for a lot. */
export interface Bought {
  /** `CODE:ISSUER`. */
  readonly asset: string;
  /** For the whole lot, in 10⁻⁷ of the asset. */
  readonly amount: bigint;
  /** Prices of a unit-second at which it was bought; they divide the amount among the dimensions. */
  readonly prices: PerDimension<bigint>;
}

/** What a lot is, wherever it lies. */
export interface LotTerms {
  /** Reservation that bought it. */
  readonly reservationId?: number | undefined;
  readonly bought?: Bought | undefined;
  /** First second at which what is left of it is gone. */
  readonly expiresAt?: Seconds | undefined;
}

/**
 * A credit that has a price or an end. All that a pool ever got lies on one line per dimension, in the order in which it came, and use takes it
 * from the front: the balance is the last piece of the line. So a lot needs to know only where it lies, and nothing is written down while the
 * pool drains (capacity §15.10).
 */
export interface Lot extends LotTerms {
  readonly at: Seconds;
  /** Where it lies on the line, without what was taken out of it for money. */
  readonly start: Amounts;
  readonly end: Amounts;
}

/** Money that is owed for what was given back. */
export interface RefundPayout {
  /** Absent for a lot that no reservation bought. */
  readonly reservationId?: number | undefined;
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

export interface PoolRefund {
  readonly at: Seconds;
  readonly amounts: Amounts;
  readonly payouts: readonly RefundPayout[];
  /** Whether all payouts are done, or there was nothing to pay. */
  readonly isPaid: boolean;
}

export interface Lots {
  /** By number, in the order in which they came. */
  readonly byNumber: NumberMap<Lot>;
  readonly lastNumber: number;
  /** The line is this much longer than all credits together: transfers in less what was taken out of the middle. May be negative. */
  readonly shift: Amounts;
  /** When the next lot expires. */
  readonly expiresNext: Seconds | undefined;
  /** By refund id, for ever: what makes a refund happen once (capacity §13.2). */
  readonly refunds: TextMap<PoolRefund>;
  /** Ids of the refunds that are not paid out yet. */
  readonly unpaid: readonly string[];
}

export const NO_LOTS: Lots = {
  byNumber: NumberMap.empty(),
  lastNumber: 0,
  shift: NOTHING,
  expiresNext: undefined,
  refunds: TextMap.empty(),
  unpaid: [],
};

/** Nothing is left of any lot. */
export const withoutLots = (lots: Lots): Lots => ({ ...lots, byNumber: NumberMap.empty(), expiresNext: undefined });
