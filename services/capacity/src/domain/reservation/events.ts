import type { Seconds } from '../amount/instant.js';
import type { PerDimension } from '../amount/per-dimension.js';
import type { PaymentDue } from './payment.js';

interface AtInstant {
  readonly at: Seconds;
}

/** Everything that was signed, as it came (capacity §13.1). */
export interface ReservationSubmitted extends AtInstant {
  readonly type: 'reservation-submitted';
  readonly reservationId: number;
  /** Whose reservation it is: to every other namespace it is unknown (capacity §13.1). */
  readonly namespace: string;
  readonly json: string;
  readonly customerTid: number;
  readonly customerSignature: string;
  /** 0 for none. */
  readonly sponsorTid: number;
  readonly sponsorSignature: string;
  /** Absent in a text of version 1. */
  readonly nonce: string | undefined;
}

/** All checks passed; nothing is recorded of a reservation that fails one (capacity §12 D12). */
export interface ReservationAccepted extends AtInstant {
  readonly type: 'reservation-accepted';
  /** The pool to credit; the reservation's own number when it opens one (capacity §5.3). */
  readonly poolId: number;
  readonly unitSeconds: PerDimension<bigint>;
  readonly nodeIds: readonly string[];
  /** What the buyer can pay with, in order of preference (capacity §6.4). */
  readonly currencies: readonly string[];
}

export interface PaymentRequested extends AtInstant, PaymentDue {
  readonly type: 'payment-requested';
  /** Last second at which a payment counts. */
  readonly expiresAt: Seconds;
}

/** Paid, or nothing to pay: from here on the pool is owed its credit. */
export interface PaymentReceived extends AtInstant {
  readonly type: 'payment-received';
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

export interface PaymentExpired extends AtInstant {
  readonly type: 'payment-expired';
  /** What had come of it. */
  readonly received: bigint;
}

export interface ReservationSettled extends AtInstant {
  readonly type: 'reservation-settled';
  /** Where the credit is recorded. */
  readonly poolSequence: number;
}

/** The pool refused the credit for good. */
export interface CreditRefused extends AtInstant {
  readonly type: 'credit-refused';
  readonly code: string;
}

export interface RefundRequested extends AtInstant {
  readonly type: 'refund-requested';
  readonly amount: bigint;
  readonly cause: string;
}

export interface Refunded extends AtInstant {
  readonly type: 'refunded';
}

export type ReservationEvent =
  | ReservationSubmitted
  | ReservationAccepted
  | PaymentRequested
  | PaymentReceived
  | PaymentExpired
  | ReservationSettled
  | CreditRefused
  | RefundRequested
  | Refunded;

export const NOTHING_BOUGHT: PerDimension<bigint> = [0n, 0n, 0n];
