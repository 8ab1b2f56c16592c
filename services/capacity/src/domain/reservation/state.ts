import type { Seconds } from '../amount/instant.js';
import { NOTHING_BOUGHT, type ReservationEvent, type ReservationSubmitted } from './events.js';
import type { PerDimension } from '../amount/per-dimension.js';
import type { PaymentDue } from './payment.js';

/** How far a reservation has come. */
export type ReservationStatus =
  'submitted' | 'accepted' | 'awaiting-payment' | 'paid' | 'settled' | 'expired' | 'refused' | 'refunding' | 'refunded';

/** The aggregate: a purchase from its request to its credit (capacity §6, §13.1). */
export interface Reservation {
  readonly id: number;
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  readonly json: string;
  readonly customerTid: number;
  readonly customerSignature: string;
  /** 0 for none. */
  readonly sponsorTid: number;
  readonly sponsorSignature: string;
  /** Absent in a text of version 1. */
  readonly nonce: string | undefined;
  readonly poolId: number;
  readonly unitSeconds: PerDimension<bigint>;
  readonly nodeIds: readonly string[];
  /** In order of preference. */
  readonly currencies: readonly string[];
  readonly status: ReservationStatus;
  /** Absent where nothing is paid. */
  readonly payment: (PaymentDue & { readonly expiresAt: Seconds }) | undefined;
  /** What has come in, in 10⁻⁷ of the asset. */
  readonly received: bigint;
  /** Why it was refused or refunded. */
  readonly cause: string | undefined;
  readonly lastAt: Seconds;
}

/** A reservation that nobody has asked for. */
export const NO_RESERVATION = undefined;

const submitted = ({ reservationId, at, ...signed }: Omit<ReservationSubmitted, 'type'>): Reservation => ({
  id: reservationId,
  namespace: signed.namespace,
  json: signed.json,
  customerTid: signed.customerTid,
  customerSignature: signed.customerSignature,
  sponsorTid: signed.sponsorTid,
  sponsorSignature: signed.sponsorSignature,
  nonce: signed.nonce,
  poolId: reservationId,
  unitSeconds: NOTHING_BOUGHT,
  nodeIds: [],
  currencies: [],
  status: 'submitted',
  payment: undefined,
  received: 0n,
  cause: undefined,
  lastAt: at,
});

/** @throws TypeError when the first event is not that of the request: the log is damaged. */
export const evolveReservation = (reservation: Reservation | undefined, event: ReservationEvent): Reservation => {
  if (event.type === 'reservation-submitted') return submitted(event);
  if (reservation === undefined) throw new TypeError(`a reservation begins with reservation-submitted, not with ${event.type}`);
  const later = { ...reservation, lastAt: Math.max(reservation.lastAt, event.at) };
  switch (event.type) {
    case 'reservation-accepted': {
      const { poolId, unitSeconds, nodeIds, currencies } = event;
      return { ...later, poolId, unitSeconds, nodeIds, currencies, status: 'accepted' };
    }
    case 'payment-requested': {
      const { farmId, address, asset, amount, expiresAt } = event;
      return { ...later, payment: { farmId, address, asset, amount, expiresAt }, status: 'awaiting-payment' };
    }
    case 'payment-received':
      return { ...later, received: event.amount, status: 'paid' };
    case 'payment-expired':
      return { ...later, received: event.received, status: 'expired' };
    case 'reservation-settled':
      return { ...later, status: 'settled' };
    case 'credit-refused':
      return { ...later, cause: event.code, status: 'refused' };
    case 'refund-requested':
      return { ...later, cause: event.cause, status: 'refunding' };
    case 'refunded':
      return { ...later, status: 'refunded' };
  }
};
