import { newRequestIdentity, signPurchase, type DrawdownClient } from '@drawdown/cli';
import { ReservationsServiceService, ReservationStatus } from '@drawdown/proto/capacity';
import { readUntil } from '../waiting.js';
import { MONEY, type Cast, type Customer } from './cast.js';
import type { Buy } from './steps.js';
import { MILLI } from './units.js';

/** How long the signatures of the story count. */
const SIGNATURE_SECONDS = 3_600;
const PAUSE_MS = 10;

/** Signs a reservation, pays it of the customer's prepaid money, and returns when the pool has its credit: the number of the pool. */
export const buy = async (
  client: DrawdownClient,
  cast: Cast,
  customer: Customer,
  poolId: number,
  { at, amounts }: Buy,
): Promise<number> => {
  const signed = signPurchase({
    poolId,
    cus: amounts.cu / MILLI,
    sus: amounts.su / MILLI,
    ipv4us: amounts.ipv4u / MILLI,
    nodeIds: cast.nodeIds,
    currencies: [MONEY.currency],
    customerTid: customer.tid,
    customer: customer.signer,
    notAfter: Math.floor(Date.now() / 1_000) + SIGNATURE_SECONDS,
  });
  const created = await client.call(ReservationsServiceService.createReservation, { ...newRequestIdentity(), at, ...signed });
  const { reservationId } = created;
  const { position } = await client.call(ReservationsServiceService.payReservation, { ...newRequestIdentity(), at, reservationId });
  await readUntil(
    `credit of reservation ${String(reservationId)}`,
    () => client.call(ReservationsServiceService.getReservation, { reservationId, minPosition: position }),
    ({ reservation }) => reservation?.status === ReservationStatus.SETTLED,
    ({ reservation }) => ReservationStatus[reservation?.status ?? ReservationStatus.UNSPECIFIED],
    PAUSE_MS,
  );
  return created.poolId;
};
