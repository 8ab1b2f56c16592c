import type { ConclusionOrder, PaymentOrder, RefundOrder } from '../../domain/index.js';

/** A message for whoever keeps the money. */
export interface WebhookMessage {
  /** The same for every delivery of the same message: the receiver acts on it once. */
  readonly idempotencyKey: string;
  readonly body: string;
}

/** Amounts are text: a number of JSON holds no 64-bit integer. */
const paymentOf = (order: PaymentOrder): Readonly<Record<string, string | number>> => ({
  reservation_id: order.reservationId,
  namespace: order.namespace,
  customer_tid: order.customerTid,
  farm_id: order.farmId,
  address: order.address,
  payout_address: order.payoutAddress,
  asset: order.asset,
  amount: String(order.amount),
  expires_at: order.expiresAt,
});

const message = (type: string, key: string, order: PaymentOrder, more: Readonly<Record<string, string | number>> = {}): WebhookMessage => ({
  idempotencyKey: key,
  body: JSON.stringify({ type, payment: paymentOf(order), ...more }),
});

/** A payment is due. */
export const paymentRequested = (order: PaymentOrder): WebhookMessage => message('payment.requested', `${order.reservationId}`, order);

/** Money is to go back. */
export const refundRequested = (order: RefundOrder): WebhookMessage =>
  message('payment.refund-requested', `${order.reservationId}:refund:${order.ordinal}`, order, {
    ordinal: order.ordinal,
    refund: String(order.refund),
    cause: order.cause,
  });

/** The reservation is over: `kept` means that the farm can be paid. */
export const paymentConcluded = (order: ConclusionOrder): WebhookMessage =>
  message('payment.concluded', `${order.reservationId}:concluded:${order.refunds}`, order, {
    outcome: order.outcome,
    refunds: order.refunds,
    cause: order.cause ?? '',
  });
