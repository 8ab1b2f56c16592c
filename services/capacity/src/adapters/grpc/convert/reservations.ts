import {
  ReservationStatus as StatusMessage,
  type CreateReservationRequest,
  type EscrowInformation,
  type PaymentRecord as PaymentMessage,
  type Reservation as ReservationMessage,
} from '@drawdown/proto/capacity';
import { Refusal } from '@drawdown/errors';
import {
  eachDimension,
  exact,
  MILLI,
  of,
  paymentRecordOf,
  type Purchase,
  type Reservation,
  type ReservationRequest,
  type ReservationStatus,
} from '../../../domain/index.js';
import { toApiAmounts } from './amounts.js';
import { wrongField } from './refuse.js';

const STATUS_MESSAGES: Readonly<Record<ReservationStatus, StatusMessage>> = {
  submitted: StatusMessage.SUBMITTED,
  accepted: StatusMessage.ACCEPTED,
  'awaiting-payment': StatusMessage.AWAITING_PAYMENT,
  paid: StatusMessage.PAID,
  settled: StatusMessage.SETTLED,
  expired: StatusMessage.EXPIRED,
  refused: StatusMessage.REFUSED,
  refunding: StatusMessage.REFUNDING,
  refunded: StatusMessage.REFUNDED,
};

const STATUSES = new Map(Object.entries(STATUS_MESSAGES).map(([status, message]) => [message, status as ReservationStatus]));

/** @throws Refusal `VALIDATION` */
export const fromApiReservationStatuses = (messages: readonly StatusMessage[]): readonly ReservationStatus[] =>
  messages.map(message => {
    const status = STATUSES.get(message);
    if (status === undefined) throw wrongField('statuses', `must be some of ${[...STATUSES.values()].join(', ')}`);
    return status;
  });

/** Row 1 of capacity §6.1. @throws Refusal `REQUEST_UNREADABLE` */
const purchaseOf = ({ dataReservation }: CreateReservationRequest): Purchase => {
  if (dataReservation === undefined) throw new Refusal('REQUEST_UNREADABLE', 'the request says nothing of what is bought');
  const { poolId, cus, sus, ipv4us, nodeIds, currencies } = dataReservation;
  return {
    poolId: exact(BigInt(poolId)),
    unitSeconds: [BigInt(cus), BigInt(sus), BigInt(ipv4us)],
    nodeIds: nodeIds?.values,
    currencies: currencies?.values,
  };
};

/** @throws Refusal `REQUEST_UNREADABLE` */
export const fromApiReservation = (request: CreateReservationRequest): ReservationRequest => {
  const { json, customerTid, customerSignature, sponsorTid, sponsorSignature } = request;
  return { json, data: purchaseOf(request), customerTid, customerSignature, sponsorTid, sponsorSignature };
};

export const toApiEscrow = ({ payment }: Reservation): EscrowInformation | undefined => {
  if (payment === undefined) return undefined;
  const { address, asset, amount, expiresAt } = payment;
  return { address, asset, amount: String(amount), expiration: expiresAt };
};

/** Without what was signed, which may be long. */
export const toApiReservation = (reservation: Reservation): ReservationMessage => ({
  reservationId: reservation.id,
  poolId: reservation.poolId,
  customerTid: reservation.customerTid,
  sponsorTid: reservation.sponsorTid,
  status: STATUS_MESSAGES[reservation.status],
  amounts: toApiAmounts(eachDimension(dimension => exact(of(reservation.unitSeconds, dimension) * BigInt(MILLI)))),
  nodeIds: [...reservation.nodeIds],
  escrowInformation: toApiEscrow(reservation),
  farmId: reservation.payment?.farmId ?? 0,
  received: String(reservation.received),
  cause: reservation.cause ?? '',
  json: '',
  customerSignature: '',
  lastAt: reservation.lastAt,
});

export const toApiSignedReservation = (reservation: Reservation): ReservationMessage => ({
  ...toApiReservation(reservation),
  json: reservation.json,
  customerSignature: reservation.customerSignature,
});

export const toApiPaymentRecord = (reservation: Reservation): PaymentMessage | undefined => {
  const record = paymentRecordOf(reservation);
  return record === undefined ? undefined : { ...record, amount: String(record.amount) };
};
