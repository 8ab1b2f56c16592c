import type { Seconds } from '../amount/instant.js';
import type { PerDimension } from '../amount/per-dimension.js';
import type { RecordedAt } from '../pool/at-instant.js';
import type { TimedPayment } from './payment.js';

/** Everything that was signed, as it came (capacity §13.1). */
export interface ReservationSubmitted extends RecordedAt {
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
  /** Its instant was given by the caller and lies in the past: its credit counts from there, too. */
  readonly isBackdated: boolean;
}

/** A pool buys for itself, as its owner has decided: nobody signs, the policy stands for the signature (capacity §15.2). */
export interface TopUpOrdered extends RecordedAt {
  readonly type: 'top-up-ordered';
  readonly reservationId: number;
  readonly namespace: string;
  readonly poolId: number;
  /** Counts the purchases of the pool. */
  readonly topUpId: number;
  /** Who pays. */
  readonly owner: number;
}

/** All checks passed; nothing is recorded of a reservation that fails one (capacity §12 D12). */
export interface ReservationAccepted extends RecordedAt {
  readonly type: 'reservation-accepted';
  /** The pool to credit; the reservation's own number when it opens one (capacity §5.3). */
  readonly poolId: number;
  readonly unitSeconds: PerDimension<bigint>;
  readonly nodeIds: readonly string[];
  /** What the buyer can pay with, in order of preference (capacity §6.4). */
  readonly currencies: readonly string[];
}

export interface PaymentRequested extends RecordedAt, TimedPayment {
  readonly type: 'payment-requested';
  /** Last second at which a payment counts. */
  readonly expiresAt: Seconds;
}

/** Money that does not make the payment complete: a part of it, or what came too late or on top. */
export interface PaymentNoted extends RecordedAt {
  readonly type: 'payment-noted';
  /** All that has come in, in 10⁻⁷ of the asset. */
  readonly received: bigint;
}

/** Paid, or nothing to pay: from here on the pool is owed its credit. */
export interface PaymentReceived extends RecordedAt {
  readonly type: 'payment-received';
  /** All that has come in, in 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

export interface PaymentExpired extends RecordedAt {
  readonly type: 'payment-expired';
  /** What had come of it. */
  readonly received: bigint;
}

export interface ReservationSettled extends RecordedAt {
  readonly type: 'reservation-settled';
  /** Where the credit is recorded. */
  readonly poolSequence: number;
}

/** The pool refused the credit for good. */
export interface CreditRefused extends RecordedAt {
  readonly type: 'credit-refused';
  readonly code: string;
}

export interface RefundRequested extends RecordedAt {
  readonly type: 'refund-requested';
  /** 1 for the first refund of the reservation. */
  readonly ordinal: number;
  readonly amount: bigint;
  /** `expired`, `surplus`, `capacity-returned`, or the code that the pool refused with. */
  readonly cause: string;
  /** Of capacity that was given back: who says so; absent otherwise. */
  readonly returnId?: string | undefined;
}

export interface Refunded extends RecordedAt {
  readonly type: 'refunded';
  readonly ordinal: number;
}

/** Whoever keeps the money knows how the reservation ended: it is over. */
export interface PaymentConcluded extends RecordedAt {
  readonly type: 'payment-concluded';
}

export type ReservationEvent =
  | ReservationSubmitted
  | TopUpOrdered
  | ReservationAccepted
  | PaymentRequested
  | PaymentNoted
  | PaymentReceived
  | PaymentExpired
  | ReservationSettled
  | CreditRefused
  | RefundRequested
  | Refunded
  | PaymentConcluded;
