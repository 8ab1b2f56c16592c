import type { PerDimension } from '../amount/per-dimension.js';
import type { Refunded, RefundRequested, ReservationEvent, ReservationSubmitted, TopUpOrdered } from './events.js';
import type { Reservation } from './state.js';

const NOTHING_BOUGHT: PerDimension<bigint> = [0n, 0n, 0n];

const submitted = ({ reservationId, at, ...signed }: Omit<ReservationSubmitted, 'type'>): Reservation => ({
  id: reservationId,
  namespace: signed.namespace,
  json: signed.json,
  customerTid: signed.customerTid,
  customerSignature: signed.customerSignature,
  sponsorTid: signed.sponsorTid,
  sponsorSignature: signed.sponsorSignature,
  nonce: signed.nonce,
  topUpId: undefined,
  isBackdated: signed.isBackdated,
  poolId: reservationId,
  unitSeconds: NOTHING_BOUGHT,
  nodeIds: [],
  currencies: [],
  status: 'submitted',
  payment: undefined,
  received: 0n,
  refunds: [],
  isConcluded: false,
  cause: undefined,
  lastAt: at,
});

/** Nobody signed anything. */
const ordered = ({ reservationId, namespace, owner, topUpId, at }: TopUpOrdered): Reservation => ({
  ...submitted({
    reservationId,
    namespace,
    json: '',
    customerTid: owner,
    customerSignature: '',
    sponsorTid: 0,
    sponsorSignature: '',
    nonce: undefined,
    isBackdated: false,
    at,
  }),
  topUpId,
});

const refundRequested = (reservation: Reservation, { ordinal, amount, cause, returnId }: RefundRequested): Reservation => {
  const refunds = [...reservation.refunds, { ordinal, amount, cause, returnId, isDone: false }];
  const isSurplus = reservation.status === 'paid' || reservation.status === 'settled';
  const owing = { ...reservation, refunds, isConcluded: false };
  return isSurplus ? owing : { ...owing, status: 'refunding' };
};

const refunded = (reservation: Reservation, { ordinal }: Refunded): Reservation => {
  const refunds = reservation.refunds.map(refund => (refund.ordinal === ordinal ? { ...refund, isDone: true } : refund));
  const isOver = reservation.status === 'refunding' && refunds.every(({ isDone }) => isDone);
  return isOver ? { ...reservation, refunds, status: 'refunded' } : { ...reservation, refunds };
};

/**
 * What the reservation is after an event.
 * @throws TypeError when the first event is not that of the request: the log is damaged.
 */
export const evolveReservation = (reservation: Reservation | undefined, event: ReservationEvent): Reservation => {
  if (event.type === 'reservation-submitted') return submitted(event);
  if (event.type === 'top-up-ordered') return ordered(event);
  if (reservation === undefined) throw new TypeError(`a reservation begins with being submitted or ordered, not with ${event.type}`);
  const later = { ...reservation, lastAt: Math.max(reservation.lastAt, event.at) };
  switch (event.type) {
    case 'reservation-accepted': {
      const { poolId, unitSeconds, nodeIds, currencies } = event;
      return { ...later, poolId, unitSeconds, nodeIds, currencies, status: 'accepted' };
    }
    case 'payment-requested': {
      const { farmId, address, payoutAddress, asset, amount, prices, expiresAt } = event;
      return { ...later, payment: { farmId, address, payoutAddress, asset, amount, prices, expiresAt }, status: 'awaiting-payment' };
    }
    case 'payment-noted':
      return { ...later, received: event.received };
    case 'payment-received':
      return { ...later, received: event.amount, status: 'paid' };
    case 'payment-expired':
      return { ...later, received: event.received, cause: 'expired', status: 'expired' };
    case 'reservation-settled':
      return { ...later, status: 'settled' };
    case 'credit-refused':
      return { ...later, cause: event.code, status: 'refused' };
    case 'refund-requested':
      return refundRequested(later, event);
    case 'refunded':
      return refunded(later, event);
    case 'payment-concluded':
      return { ...later, isConcluded: true };
  }
};
