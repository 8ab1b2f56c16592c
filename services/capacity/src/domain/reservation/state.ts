import type { Seconds } from '../amount/instant.js';
import type { PerDimension } from '../amount/per-dimension.js';
import type { TimedPayment } from './payment.js';

/** How far a reservation has come. What goes back of one that has its credit is too much money and changes nothing of that. */
export type ReservationStatus =
  'submitted' | 'accepted' | 'awaiting-payment' | 'paid' | 'settled' | 'expired' | 'refused' | 'refunding' | 'refunded';

/** Money that goes back. */
export interface Refund {
  /** 1 for the first. */
  readonly ordinal: number;
  /** In 10⁻⁷ of the asset; more than 0. */
  readonly amount: bigint;
  readonly cause: string;
  /** For capacity that was given back; absent: of the payment itself. */
  readonly returnId?: string | undefined;
  readonly isDone: boolean;
}

/** The aggregate: a purchase from its request to its credit (capacity §6, §13.1). */
export interface Reservation {
  readonly id: number;
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  readonly json: string;
  readonly customerTid: number;
  readonly customerSignature: string;
  /** 0 for none. */
  readonly sponsorTid: number;
  readonly sponsorSignature: string;
  /** Absent in a text of version 1. */
  readonly nonce: string | undefined;
  /** The pool bought it for itself: this is the number of its purchase there. */
  readonly topUpId: number | undefined;
  /** Its instant was given and lies in the past; so does that of its credit. */
  readonly isBackdated: boolean;
  readonly poolId: number;
  readonly unitSeconds: PerDimension<bigint>;
  readonly nodeIds: readonly string[];
  /** In order of preference. */
  readonly currencies: readonly string[];
  readonly status: ReservationStatus;
  /** Absent where nothing is paid. */
  readonly payment: TimedPayment | undefined;
  /** All that has come in, in 10⁻⁷ of the asset. */
  readonly received: bigint;
  readonly refunds: readonly Refund[];
  /** Nothing is owed to whoever keeps the money any more. */
  readonly isConcluded: boolean;
  /** Why it came to nothing: `expired`, or the code that the pool refused with. */
  readonly cause: string | undefined;
  readonly lastAt: Seconds;
}

/** A reservation that nobody has asked for. */
export const NO_RESERVATION = undefined;

/** Of the money that came in, what is not on its way back. */
export const keptOf = ({ received, refunds }: Reservation): bigint => refunds.reduce((kept, { amount }) => kept - amount, received);
