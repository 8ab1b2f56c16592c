import { Refusal } from '@drawdown/errors';
import { MILLI } from '../amount/limits.js';
import { eachDimension, of } from '../amount/per-dimension.js';
import { requireOneFarm } from './checks.js';
import type { OrderTopUp } from './commands.js';
import type { ReservationEvent } from './events.js';
import { paymentDue, type Payable } from './payment.js';
import { askFor } from './receive.js';
import type { Reservation } from './state.js';

/**
 * A purchase that a pool makes for itself: the policy of its owner stands for a signature, its nodes stay as they are, and the owner pays in
 * whatever is known here and taken by the farm (capacity §15.2). The same order again changes nothing.
 * @throws Refusal `POOL_NOT_FOUND`, `NODES_SPAN_FARMS`, `UNKNOWN_NODE`, `PAYMENT_NOT_POSSIBLE`, `CAPACITY_OVERFLOW`, `RESERVATION_EXISTS`
 */
export const orderTopUp = (command: OrderTopUp, reservation: Reservation | undefined): readonly ReservationEvent[] => {
  const { reservationId, namespace, poolId, topUpId, owner, amounts, facts, at } = command;
  if (reservation !== undefined) {
    if (reservation.poolId === poolId && reservation.topUpId === topUpId) return [];
    throw new Refusal('RESERVATION_EXISTS', `number ${reservationId} is another reservation's`);
  }
  if (facts.pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'there is no such pool');
  const { nodeIds } = facts.pool;
  requireOneFarm(nodeIds, facts);
  const unitSeconds = eachDimension(dimension => BigInt(of(amounts, dimension)) / BigInt(MILLI));
  const currencies = [...facts.terms.assets.keys()];
  const payable: Payable = { data: { poolId, unitSeconds, nodeIds, currencies }, customerTid: owner, sponsorTid: 0 };
  const due = paymentDue(payable, facts);
  return [
    { type: 'top-up-ordered', reservationId, namespace, poolId, topUpId, owner, at },
    { type: 'reservation-accepted', poolId, unitSeconds, nodeIds, currencies, at },
    ...askFor(due, at, at),
  ];
};
