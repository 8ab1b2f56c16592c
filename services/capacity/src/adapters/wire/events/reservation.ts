import type { ReservationEvent } from '../../../domain/index.js';
import { bigInteger, perDimension } from '../amounts.js';
import { flag, integer, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { eventsOf } from '../events.js';
import { timedPayment } from '../states/reservation.js';

/** The facts of a reservation, as they stand on `drawdown.capacity.<NN>.reservation.<id>` (capacity §13.1). */
export const reservationEvents = eventsOf<ReservationEvent>('drawdown.capacity.reservation', {
  'reservation-submitted': {
    reservationId: integer,
    namespace: text,
    json: text,
    customerTid: integer,
    customerSignature: text,
    sponsorTid: integer,
    sponsorSignature: text,
    nonce: optional(text),
    isBackdated: flag,
    at: integer,
  },
  'top-up-ordered': { reservationId: integer, namespace: text, poolId: integer, topUpId: integer, owner: integer, at: integer },
  'reservation-accepted': {
    poolId: integer,
    unitSeconds: perDimension(bigInteger),
    nodeIds: list(text),
    currencies: list(text),
    at: integer,
  },
  'payment-requested': { ...timedPayment, at: integer },
  'payment-noted': { received: bigInteger, at: integer },
  'payment-received': { amount: bigInteger, at: integer },
  'payment-expired': { received: bigInteger, at: integer },
  'reservation-settled': { poolSequence: integer, at: integer },
  'credit-refused': { code: text, at: integer },
  'refund-requested': { ordinal: integer, amount: bigInteger, cause: text, returnId: optional(text), at: integer },
  refunded: { ordinal: integer, at: integer },
  'payment-concluded': { at: integer },
});
