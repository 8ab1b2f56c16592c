import type { ConclusionOrder, PaymentOrder, RefundOrder, Seconds } from '../../domain/index.js';

/** What has come in for a reservation. */
export interface Receipt {
  /** All of it, in 10⁻⁷ of the asset. */
  readonly received: bigint;
  /** When the last of it did. */
  readonly receivedAt: Seconds;
}

/** Money that is owed to a buyer for capacity that was given back (capacity §15.10). */
export interface PayoutOrder {
  /** Names the payout: the same for every time it is asked for. */
  readonly payoutId: string;
  readonly namespace: string;
  readonly customerTid: number;
  /** Where its reservation was paid: the money goes back the same way. */
  readonly address: string;
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
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
  /** Learns how the reservation ended; nothing is asked of it after that. */
  conclude(order: ConclusionOrder): Promise<void>;
  /** Pays a buyer for what it gave back; resolves when it is paid, or certain to be. */
  payOut(order: PayoutOrder): Promise<void>;
  /** Learns that whoever owed the payout knows that it is done: it is never asked for again. */
  forgetPayout(order: PayoutOrder): Promise<void>;
}

/** How often an open payment is asked for (capacity §6.5). */
export const PAYMENT_POLL_MS = 5_000;
