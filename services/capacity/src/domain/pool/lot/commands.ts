import type { Amounts } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';

/** Gives whole units back for the money that was paid for them, newest lot first (capacity §15.10). */
export interface RefundCapacity extends DecidedAt {
  readonly type: 'refund';
  /** Makes it happen once. */
  readonly refundId: string;
  /** Milliunit-seconds, whole units; or all that can be given back. */
  readonly amounts: Amounts | 'all';
}

/** The payment of a reservation was reversed: what it bought is taken back, even if that empties the pool. */
export interface ReversePayment extends DecidedAt {
  readonly type: 'reverse-payment';
  readonly reservationId: number;
}

/** All money of a refund has been paid out. */
export interface ConfirmPayout extends DecidedAt {
  readonly type: 'confirm-payout';
  readonly refundId: string;
}

export type LotCommand = RefundCapacity | ReversePayment | ConfirmPayout;
