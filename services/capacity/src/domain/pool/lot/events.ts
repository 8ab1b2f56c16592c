import type { Amounts } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

/** What was taken of a lot, and the money that is owed for it. */
export interface RefundedLot {
  readonly lot: number;
  readonly reservationId?: number | undefined;
  readonly amounts: Amounts;
  readonly asset: string;
  /** In 10⁻⁷ of the asset; 0 where the payment was reversed. */
  readonly payment: bigint;
}

export interface CapacityRefunded extends RecordedAt {
  readonly type: 'capacity-refunded';
  readonly refundId: string;
  readonly cause: 'requested' | 'payment-reversed';
  /** In the order in which they were taken. */
  readonly lots: readonly RefundedLot[];
  readonly amounts: Amounts;
}

export interface RefundPaid extends RecordedAt {
  readonly type: 'refund-paid';
  readonly refundId: string;
}

export interface ExpiredLot {
  readonly lot: number;
  readonly amounts: Amounts;
}

/** Lots came to their end; what was left of them is forfeited. */
export interface LotsExpired extends RecordedAt {
  readonly type: 'lots-expired';
  readonly lots: readonly ExpiredLot[];
  readonly amounts: Amounts;
}

export type LotEvent = CapacityRefunded | RefundPaid | LotsExpired;
