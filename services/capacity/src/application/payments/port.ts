import type { ConclusionOrder, PaymentOrder, RefundOrder, Seconds } from '../../domain/index.js';

/** What has come in for a reservation. */
export interface Receipt {
  /** All of it, in 10⁻⁷ of the asset. */
  readonly received: bigint;
  /** When the last of it did. */
  readonly receivedAt: Seconds;
}

/**
 * Whoever keeps the money of reservations (capacity §6.5). Everything here is asked for again until it is answered and may be asked for twice:
 * an implementation recognises a reservation, and a refund by its ordinal. A Fault means that it is to be asked again later.
 */
export interface Payments {
  /** Where a customer pays; absent: nowhere, and nothing can be bought (`PAYMENT_NOT_POSSIBLE`). */
  addressFor(customerTid: number): string | undefined;
  /**
   * Asks for a payment, or takes it. Absent: nothing has come in that is known here; it may be reported later by other means. After the
   * window nothing new is taken: then the answer is what had been taken in time.
   */
  collect(order: PaymentOrder): Promise<Receipt | undefined>;
  /** Gives money back; resolves when it is given, or certain to be. */
  refund(order: RefundOrder): Promise<void>;
  /** Learns how the reservation ended; again after every refund that comes later. */
  conclude(order: ConclusionOrder): Promise<void>;
}

/** How often an open payment is asked for (capacity §6.5). */
export const PAYMENT_POLL_MS = 5_000;
