import { Refusal } from '@drawdown/errors';
import { exact } from '../amount/exact.js';
import type { Seconds } from '../amount/instant.js';
import { MILLI } from '../amount/limits.js';
import { eachDimension, of } from '../amount/per-dimension.js';
import type { CreditPool, OpenPool } from '../pool/commands.js';
import { checkReservation } from './checks.js';
import type { ReservationEvent } from './events.js';
import type { ReservationFacts, ReservationRequest } from './facts.js';
import { PAYMENT_WINDOW_SECONDS, paymentDue } from './payment.js';
import type { Reservation } from './state.js';

interface AtInstant {
  readonly at: Seconds;
}

export interface SubmitReservation extends AtInstant {
  readonly type: 'submit';
  readonly reservationId: number;
  readonly namespace: string;
  readonly request: ReservationRequest;
  readonly facts: ReservationFacts;
}

/** What has come in for the reservation so far, and when the last of it did. */
export interface ReportPayment extends AtInstant {
  readonly type: 'report-payment';
  readonly received: bigint;
  readonly receivedAt: Seconds;
}

/** The pool took the credit. */
export interface SettleReservation extends AtInstant {
  readonly type: 'settle';
  readonly poolSequence: number;
}

/** The pool refused the credit and always will. */
export interface RefuseCredit extends AtInstant {
  readonly type: 'refuse-credit';
  readonly code: string;
}

export interface ConfirmRefund extends AtInstant {
  readonly type: 'confirm-refund';
}

export type ReservationCommand = SubmitReservation | ReportPayment | SettleReservation | RefuseCredit | ConfirmRefund;

/**
 * What a command comes to for a reservation. A repeat, and news about what is decided already, change nothing.
 * @throws Refusal with a code of capacity §6.1; `RESERVATION_NOT_FOUND`, `RESERVATION_EXISTS`
 */
export const decideReservation = (command: ReservationCommand, reservation: Reservation | undefined): readonly ReservationEvent[] => {
  if (command.type === 'submit') return submit(command, reservation);
  if (reservation === undefined) throw new Refusal('RESERVATION_NOT_FOUND', 'there is no such reservation');
  const at = Math.max(command.at, reservation.lastAt);
  switch (command.type) {
    case 'report-payment':
      return reportPayment(command, reservation, at);
    case 'settle':
      return reservation.status === 'paid' ? [{ type: 'reservation-settled', poolSequence: command.poolSequence, at }] : [];
    case 'refuse-credit':
      return refuseCredit(command, reservation, at);
    case 'confirm-refund':
      return reservation.status === 'refunding' ? [{ type: 'refunded', at }] : [];
  }
};

const submit = (command: SubmitReservation, reservation: Reservation | undefined): readonly ReservationEvent[] => {
  const { reservationId, namespace, request, facts, at } = command;
  if (reservation !== undefined) return repeated(request, reservation);
  const { binding } = checkReservation(request, facts, at);
  const due = paymentDue(request, facts);
  const { data, ...signed } = request;
  const poolId = data.poolId === 0 ? reservationId : Number(data.poolId);
  const { unitSeconds, nodeIds = [], currencies = [] } = data;
  const nonce = binding?.nonce;
  const accepted: ReservationEvent[] = [
    { type: 'reservation-submitted', reservationId, namespace, ...signed, nonce, at },
    { type: 'reservation-accepted', poolId, unitSeconds, nodeIds, currencies, at },
  ];
  if (due !== undefined) accepted.push({ type: 'payment-requested', ...due, expiresAt: at + PAYMENT_WINDOW_SECONDS, at });
  if (due === undefined || due.amount === 0n) accepted.push({ type: 'payment-received', amount: 0n, at });
  return accepted;
};

const repeated = ({ json, customerTid, customerSignature }: ReservationRequest, reservation: Reservation): readonly ReservationEvent[] => {
  const isSame =
    json === reservation.json && customerTid === reservation.customerTid && customerSignature === reservation.customerSignature;
  if (isSame) return [];
  throw new Refusal('RESERVATION_EXISTS', `number ${reservation.id} is another reservation's`);
};

/** A payment counts up to the last second of its window, whenever it is noticed; what is too little by then goes back (capacity §6.5). */
const reportPayment = ({ received, receivedAt }: ReportPayment, reservation: Reservation, at: Seconds): readonly ReservationEvent[] => {
  const { payment, status } = reservation;
  if (status !== 'awaiting-payment' || payment === undefined) return [];
  if (received >= payment.amount && receivedAt <= payment.expiresAt) return [{ type: 'payment-received', amount: received, at }];
  if (at <= payment.expiresAt) return [];
  const expired: ReservationEvent = { type: 'payment-expired', received, at };
  return received === 0n ? [expired] : [expired, { type: 'refund-requested', amount: received, cause: 'expired', at }];
};

const refuseCredit = ({ code }: RefuseCredit, { status, received }: Reservation, at: Seconds): readonly ReservationEvent[] => {
  if (status !== 'paid') return [];
  const refused: ReservationEvent = { type: 'credit-refused', code, at };
  return received === 0n ? [refused] : [refused, { type: 'refund-requested', amount: received, cause: code, at }];
};

/** A command with the id that makes it count once, however often it is sent (capacity §13.1). */
export interface Identified<Command> {
  readonly id: string;
  readonly command: Command;
}

/** Opens the pool of a reservation that asks for a new one; absent for a top-up. */
export const openingOf = ({
  id,
  namespace,
  poolId,
  customerTid,
  sponsorTid,
  nodeIds,
  lastAt,
}: Reservation): Identified<OpenPool> | undefined =>
  poolId === id
    ? { id: `open:${id}`, command: { type: 'open', poolId, namespace, owner: customerTid, sponsor: sponsorTid, nodeIds, at: lastAt } }
    : undefined;

/** Credits the pool of a paid reservation; absent while it is not paid. */
export const creditOf = ({ id, status, unitSeconds, nodeIds, lastAt }: Reservation): Identified<CreditPool> | undefined => {
  if (status !== 'paid') return undefined;
  const amounts = eachDimension(dimension => exact(of(unitSeconds, dimension) * BigInt(MILLI)));
  return { id: `credit:${id}`, command: { type: 'credit', source: { reservationId: id }, amounts, nodeIds, at: lastAt } };
};
