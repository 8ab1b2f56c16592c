import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { ReportPayment, ReturnCapacity } from './commands.js';
import type { RefundRequested, ReservationEvent } from './events.js';
import { PAYMENT_WINDOW_SECONDS, type PaymentDue, type TimedPayment } from './payment.js';
import { keptOf, type Reservation } from './state.js';

/** Most money that can come in for one reservation, in 10⁻⁷ of the asset. */
const RECEIVED_MAX = 9_223_372_036_854_775_807n;

/** Refunds of one reservation, of money that came too late and of capacity that was given back. */
const REFUNDS_MAX = 1_000;

/** Of everything that has come in, what is not needed and not on its way back yet goes back. */
export const refund = (reservation: Reservation, received: bigint, cause: string, at: Seconds, needed = 0n): readonly RefundRequested[] => {
  const amount = keptOf({ ...reservation, received }) - needed;
  if (amount <= 0n) return [];
  return [{ type: 'refund-requested', ordinal: nextOrdinal(reservation), amount, cause, at }];
};

const nextOrdinal = ({ refunds }: Reservation): number => {
  if (refunds.length < REFUNDS_MAX) return refunds.length + 1;
  throw new Refusal('TOO_MANY_REFUNDS', `a reservation has at most ${REFUNDS_MAX} refunds`, { limit: String(REFUNDS_MAX) });
};

/**
 * Gives back the price of capacity that was given back, once for each return and never more than was paid.
 * @throws Refusal `RESERVATION_NOT_SETTLED`, `INVALID_AMOUNT`, `TOO_MANY_REFUNDS`
 */
export const returnCapacity = (
  { returnId, amount }: ReturnCapacity,
  reservation: Reservation,
  at: Seconds,
): readonly ReservationEvent[] => {
  if (reservation.refunds.some(refund => refund.returnId === returnId)) return [];
  // The pool may say so before the reservation has heard that its credit was taken.
  const hasCapacity = reservation.status === 'paid' || reservation.status === 'settled';
  if (!hasCapacity) throw new Refusal('RESERVATION_NOT_SETTLED', 'the reservation has brought no capacity');
  const kept = keptOf(reservation);
  if (amount <= 0n || amount > kept) throw new Refusal('INVALID_AMOUNT', `from 1 to ${kept} can go back`, { kept: String(kept) });
  return [{ type: 'refund-requested', ordinal: nextOrdinal(reservation), amount, cause: 'capacity-returned', returnId, at }];
};

/** Asks for a payment, for as long as its window lasts; what costs nothing is paid at once (capacity §6.5). */
export const askFor = (due: PaymentDue | undefined, windowFrom: Seconds, at: Seconds): readonly ReservationEvent[] => {
  const events: ReservationEvent[] = [];
  if (due !== undefined) events.push({ type: 'payment-requested', ...due, expiresAt: windowFrom + PAYMENT_WINDOW_SECONDS, at });
  if (due === undefined || due.amount === 0n) events.push({ type: 'payment-received', amount: 0n, at });
  return events;
};

/**
 * What money that came in means. A payment counts up to the last second of its window, whenever it is noticed; what is too little by then goes
 * back, and so does what is too much or comes later (capacity §6.5). Totals never shrink: a report that is behind changes nothing.
 * @throws Refusal `INVALID_AMOUNT`, `AT_IN_FUTURE`, `TOO_MANY_REFUNDS`
 */
export const reportPayment = (
  report: Pick<ReportPayment, 'received' | 'receivedAt'>,
  reservation: Reservation,
  at: Seconds,
): readonly ReservationEvent[] => {
  requireReport(report, reservation, at);
  const received = report.received > reservation.received ? report.received : reservation.received;
  const { payment, status } = reservation;
  return status === 'awaiting-payment' && payment !== undefined
    ? awaited({ ...report, received }, payment, reservation, at)
    : more(received, reservation, at);
};

const requireReport = (
  { received, receivedAt }: Pick<ReportPayment, 'received' | 'receivedAt'>,
  { isBackdated }: Reservation,
  at: Seconds,
): void => {
  if (received < 0n || received > RECEIVED_MAX) throw new Refusal('INVALID_AMOUNT', `a payment is from 0 to ${RECEIVED_MAX}`);
  // Money for a reservation in the past comes in after it, by nature.
  if (receivedAt > at && !isBackdated) throw new Refusal('AT_IN_FUTURE', `${receivedAt} is later than now`, { clock: String(at) });
};

const awaited = (
  { received, receivedAt }: Pick<ReportPayment, 'received' | 'receivedAt'>,
  { amount, expiresAt }: TimedPayment,
  reservation: Reservation,
  at: Seconds,
): readonly ReservationEvent[] => {
  if (received >= amount && receivedAt <= expiresAt) {
    return [{ type: 'payment-received', amount: received, at }, ...refund(reservation, received, 'surplus', at, amount)];
  }
  if (at > expiresAt) return [{ type: 'payment-expired', received, at }, ...refund(reservation, received, 'expired', at)];
  return received > reservation.received ? [{ type: 'payment-noted', received, at }] : [];
};

/** Money for a reservation that is decided: all of it goes back. */
const more = (received: bigint, reservation: Reservation, at: Seconds): readonly ReservationEvent[] => {
  if (received === reservation.received) return [];
  const needed = keptOf(reservation);
  return [{ type: 'payment-noted', received, at }, ...refund(reservation, received, reservation.cause ?? 'surplus', at, needed)];
};
