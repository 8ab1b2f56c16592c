import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import { checkReservation } from './checks.js';
import type { RefuseCredit, ReservationCommand, SubmitReservation } from './commands.js';
import type { ReservationEvent } from './events.js';
import type { ReservationRequest } from './facts.js';
import { concludes } from './owed.js';
import { paymentDue } from './payment.js';
import { askFor, refund, reportPayment, returnCapacity } from './receive.js';
import type { Reservation } from './state.js';
import { orderTopUp } from './top-up.js';

/**
 * What a command comes to for a reservation. A repeat, and news about what is decided already, change nothing.
 * @throws Refusal with a code of capacity §6.1; `RESERVATION_NOT_FOUND`, `RESERVATION_EXISTS`, `INVALID_AMOUNT`, `AT_IN_FUTURE`,
 *   `TOO_MANY_REFUNDS`, `RESERVATION_NOT_SETTLED`
 */
export const decideReservation = (command: ReservationCommand, reservation: Reservation | undefined): readonly ReservationEvent[] => {
  if (command.type === 'submit') return submit(command, reservation);
  if (command.type === 'order-top-up') return orderTopUp(command, reservation);
  if (reservation === undefined) throw new Refusal('RESERVATION_NOT_FOUND', 'there is no such reservation');
  const at = Math.max(command.at, reservation.lastAt);
  switch (command.type) {
    case 'report-payment':
      return reportPayment(command, reservation, at);
    case 'check':
      return reportPayment({ received: reservation.received, receivedAt: at }, reservation, at);
    case 'settle':
      return reservation.status === 'paid' ? [{ type: 'reservation-settled', poolSequence: command.poolSequence, at }] : [];
    case 'return-capacity':
      return returnCapacity(command, reservation, at);
    case 'refuse-credit':
      return refuseCredit(command, reservation, at);
    case 'confirm-refund': {
      const { ordinal } = command;
      const isPending = reservation.refunds.some(pending => pending.ordinal === ordinal && !pending.isDone);
      return isPending ? [{ type: 'refunded', ordinal, at }] : [];
    }
    case 'confirm-conclusion':
      return concludes(reservation) ? [{ type: 'payment-concluded', at }] : [];
  }
};

const submit = (command: SubmitReservation, reservation: Reservation | undefined): readonly ReservationEvent[] => {
  const { reservationId, namespace, request, facts, clock, at } = command;
  if (reservation !== undefined) return repeated(request, reservation);
  const { binding } = checkReservation(request, facts, clock ?? at);
  const due = paymentDue(request, facts);
  const { data, ...signed } = request;
  const poolId = data.poolId === 0 ? reservationId : Number(data.poolId);
  const { unitSeconds, nodeIds = [], currencies = [] } = data;
  const isBackdated = clock !== undefined;
  const accepted: readonly ReservationEvent[] = [
    { type: 'reservation-submitted', reservationId, namespace, ...signed, nonce: binding?.nonce, isBackdated, at },
    { type: 'reservation-accepted', poolId, unitSeconds, nodeIds, currencies, at },
  ];
  return [...accepted, ...askFor(due, clock ?? at, at)];
};

const repeated = (request: ReservationRequest, reservation: Reservation): readonly ReservationEvent[] => {
  const isSame =
    request.json === reservation.json &&
    request.customerTid === reservation.customerTid &&
    request.customerSignature === reservation.customerSignature &&
    request.sponsorTid === reservation.sponsorTid &&
    request.sponsorSignature === reservation.sponsorSignature;
  if (isSame) return [];
  throw new Refusal('RESERVATION_EXISTS', `number ${reservation.id} is another reservation's`);
};

const refuseCredit = ({ code }: RefuseCredit, reservation: Reservation, at: Seconds): readonly ReservationEvent[] =>
  reservation.status === 'paid' ? [{ type: 'credit-refused', code, at }, ...refund(reservation, reservation.received, code, at)] : [];
