import type { Reservation } from '../../../domain/index.js';
import { bigInteger, perDimension } from '../amounts.js';
import { integer, oneOf, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { record } from '../record.js';

const payment = record<NonNullable<Reservation['payment']>>({
  farmId: integer,
  address: text,
  asset: text,
  amount: bigInteger,
  expiresAt: integer,
});

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
  poolId: integer,
  unitSeconds: perDimension(bigInteger),
  nodeIds: list(text),
  currencies: list(text),
  status: oneOf('submitted', 'accepted', 'awaiting-payment', 'paid', 'settled', 'expired', 'refused', 'refunding', 'refunded'),
  payment: optional(payment),
  received: bigInteger,
  cause: optional(text),
  lastAt: integer,
});
