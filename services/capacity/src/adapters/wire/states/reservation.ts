import type { Refund, Reservation, TimedPayment } from '../../../domain/index.js';
import { bigInteger, perDimension } from '../amounts.js';
import { flag, integer, oneOf, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { record, type Fields } from '../record.js';

/** What has to be paid until when; the same in the event that asks for it. */
export const timedPayment: Fields<TimedPayment> = {
  farmId: integer,
  address: text,
  payoutAddress: text,
  asset: text,
  amount: bigInteger,
  prices: perDimension(bigInteger),
  expiresAt: integer,
};

const refund = record<Refund>({ ordinal: integer, amount: bigInteger, cause: text, returnId: optional(text), isDone: flag });

/** A reservation from its request to where it has come. */
export const reservationState = record<Reservation>({
  id: integer,
  namespace: text,
  json: text,
  customerTid: integer,
  customerSignature: text,
  sponsorTid: integer,
  sponsorSignature: text,
  nonce: optional(text),
  topUpId: optional(integer),
  isBackdated: flag,
  poolId: integer,
  unitSeconds: perDimension(bigInteger),
  nodeIds: list(text),
  currencies: list(text),
  status: oneOf('submitted', 'accepted', 'awaiting-payment', 'paid', 'settled', 'expired', 'refused', 'refunding', 'refunded'),
  payment: optional(record<TimedPayment>(timedPayment)),
  received: bigInteger,
  refunds: list(refund),
  isConcluded: flag,
  cause: optional(text),
  lastAt: integer,
});
