import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';
import type { DecidedAt } from '../pool/at-instant.js';
import type { ReservationFacts, ReservationRequest } from './facts.js';

export interface SubmitReservation extends DecidedAt {
  readonly type: 'submit';
  readonly reservationId: number;
  readonly namespace: string;
  readonly request: ReservationRequest;
  readonly facts: ReservationFacts;
  /**
   * The stream's clock, where the caller has given the instant: who buys for the past still has the whole window to pay, and its signature is
   * looked at now. Absent: the instant is the clock's.
   */
  readonly clock?: Seconds | undefined;
}

/** Buys for a pool what it has asked for (capacity §15.2). */
export interface OrderTopUp extends DecidedAt {
  readonly type: 'order-top-up';
  readonly reservationId: number;
  readonly namespace: string;
  readonly poolId: number;
  readonly topUpId: number;
  /** Owner of the pool: it pays. */
  readonly owner: number;
  /** Milliunit-seconds, whole unit-seconds. */
  readonly amounts: Amounts;
  readonly facts: Pick<ReservationFacts, 'nodes' | 'farm' | 'pool' | 'terms'>;
}

/** What has come in for the reservation so far, all together, and when the last of it did. */
export interface ReportPayment extends DecidedAt {
  readonly type: 'report-payment';
  readonly received: bigint;
  readonly receivedAt: Seconds;
}

/** Nothing more has come in: after the window the reservation expires. Only once whoever keeps the money was asked. */
export interface CheckReservation extends DecidedAt {
  readonly type: 'check';
}

/** The pool took the credit. */
export interface SettleReservation extends DecidedAt {
  readonly type: 'settle';
  readonly poolSequence: number;
}

/** Capacity that the reservation bought was given back, and this much of its price goes back for it (capacity §15.10). */
export interface ReturnCapacity extends DecidedAt {
  readonly type: 'return-capacity';
  /** Names the return: the same for every time it is sent. */
  readonly returnId: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

/** The pool refused the credit and always will. */
export interface RefuseCredit extends DecidedAt {
  readonly type: 'refuse-credit';
  readonly code: string;
}

/** A refund was made. */
export interface ConfirmRefund extends DecidedAt {
  readonly type: 'confirm-refund';
  readonly ordinal: number;
}

/** Whoever keeps the money was told how it ended. */
export interface ConfirmConclusion extends DecidedAt {
  readonly type: 'confirm-conclusion';
}

export type ReservationCommand =
  | SubmitReservation
  | OrderTopUp
  | ReportPayment
  | CheckReservation
  | SettleReservation
  | ReturnCapacity
  | RefuseCredit
  | ConfirmRefund
  | ConfirmConclusion;
