import { newRequestIdentity, onceCredited, signPurchase, type DrawdownClient } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import { ReservationsServiceService, ReservationStatus } from '@drawdown/proto/capacity';
import { MONEY, type Cast, type Customer } from './cast.js';
import type { Buy } from './steps.js';
import { MILLI } from './units.js';

/** How long the signatures of the story count. */
const SIGNATURE_SECONDS = 3_600;

/** Signs a reservation, pays it of the customer's prepaid money, and returns when the pool has its credit: the number of the pool. @throws Fault `STORY_REFUSED` */
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
  const reservation = await onceCredited(client, reservationId, position);
  if (reservation?.status === ReservationStatus.SETTLED) return created.poolId;
  const status = ReservationStatus[reservation?.status ?? ReservationStatus.UNSPECIFIED];
  throw new Fault('STORY_REFUSED', `reservation ${String(reservationId)} was paid, and is ${status}: ${reservation?.cause ?? ''}`);
};
