import { Refusal } from '@drawdown/errors';
import type { Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { formatMilli } from '../../amount/text.js';
import { DIMENSIONS, eachDimension, minusEach, NOTHING, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { requireAmounts, requireWholeUnits, wholeUnits } from '../limits.js';
import type { Pool } from '../state.js';
import { transferable } from '../transfer/runway.js';
import type { ConfirmPayout, RefundCapacity, ReversePayment } from './commands.js';
import type { ExpiredLot, LotEvent, LotsExpired, RefundedLot } from './events.js';
import { boughtRest, paidFor, restOf, usedOf } from './line.js';
import type { Lot, RefundPayout } from './state.js';

const lesser = (left: Exact, right: Exact): Exact => (left < right ? left : right);

const lesserEach = (left: Amounts, right: Amounts): Amounts =>
  eachDimension(dimension => lesser(of(left, dimension), of(right, dimension)));

const isNothing = (amounts: Amounts): boolean => amounts.every(amount => amount === 0);

/** Whole units that can be given back for money: bought, not used up, and more than the runway needs (capacity §15.10). */
export const refundable = (pool: Pool, at: Seconds): Amounts => {
  const bought = boughtRest(pool, settle(pool, at).balance);
  return lesserEach(
    transferable(pool, at),
    eachDimension(dimension => wholeUnits(of(bought, dimension))),
  );
};

const taken = (number: number, lot: Lot, amounts: Amounts, payment: bigint): RefundedLot => ({
  lot: number,
  reservationId: lot.reservationId,
  amounts,
  asset: lot.bought?.asset ?? '',
  payment,
});

/** Takes amounts from the newest lots that were paid for. */
const newestFirst = (pool: Pool, amounts: Amounts, at: Seconds): RefundedLot[] => {
  const used = usedOf(pool, settle(pool, at).balance);
  const lots: RefundedLot[] = [];
  let missing = amounts;
  for (const [number, lot] of [...pool.lots.byNumber.entries()].reverse()) {
    if (lot.bought === undefined) continue;
    const part = lesserEach(missing, restOf(lot, used));
    if (isNothing(part)) continue;
    lots.push(taken(number, lot, part, paidFor(lot, part)));
    missing = minusEach(missing, part);
  }
  return lots;
};

/**
 * @throws Refusal `INVALID_AMOUNT`; `CAPACITY_INSUFFICIENT` naming a dimension and the unit-seconds that can be given back; `NO_EFFECT` for
 * nothing
 */
export const refund = ({ refundId, amounts }: RefundCapacity, pool: Pool, at: Seconds): readonly LotEvent[] => {
  if (pool.lots.refunds.has(refundId)) return [];
  const most = refundable(pool, at);
  const wanted = amounts === 'all' ? most : amounts;
  requireAmounts(wanted);
  requireWholeUnits(wanted);
  const short = DIMENSIONS.find(dimension => of(wanted, dimension) > of(most, dimension));
  if (short !== undefined) {
    const refundableUnits = formatMilli(of(most, short));
    throw new Refusal('CAPACITY_INSUFFICIENT', `${short} can be given back only in part`, {
      dimension: short,
      refundable: refundableUnits,
    });
  }
  if (isNothing(wanted)) throw new Refusal('NO_EFFECT', 'there is nothing to give back');
  return [{ type: 'capacity-refunded', refundId, cause: 'requested', lots: newestFirst(pool, wanted, at), amounts: wanted, at }];
};

const reversalId = (reservationId: number): string => `reversal:${reservationId}`;

/**
 * Takes back all of a lot that there is capacity for, whoever has used it up: what was not paid for was never there to be used.
 * @throws Refusal `LOT_NOT_FOUND`: the reservation bought nothing here
 */
export const reversePayment = ({ reservationId }: ReversePayment, pool: Pool, at: Seconds): readonly LotEvent[] => {
  const refundId = reversalId(reservationId);
  if (pool.lots.refunds.has(refundId)) return [];
  const lots: RefundedLot[] = [];
  let left = settle(pool, at).balance;
  for (const [number, lot] of pool.lots.byNumber.entries()) {
    if (lot.bought === undefined || lot.reservationId !== reservationId) continue;
    const amounts = lesserEach(minusEach(lot.end, lot.start), left);
    left = minusEach(left, amounts);
    lots.push(taken(number, lot, amounts, 0n));
  }
  if (lots.length === 0) throw new Refusal('LOT_NOT_FOUND', `reservation ${reservationId} has bought nothing of this pool`);
  const amounts = lots.reduce<Amounts>((sum, lot) => plusEach(sum, lot.amounts), NOTHING);
  return [{ type: 'capacity-refunded', refundId, cause: 'payment-reversed', lots, amounts, at }];
};

export const confirmPayout = ({ refundId }: ConfirmPayout, pool: Pool, at: Seconds): readonly LotEvent[] =>
  pool.lots.unpaid.includes(refundId) ? [{ type: 'refund-paid', refundId, at }] : [];

/** What is left, at an instant, of the lots that expire then. */
export const lotsExpired = (pool: Pool, at: Seconds): LotsExpired => {
  const used = usedOf(pool, settle(pool, at).balance);
  const lots: ExpiredLot[] = [];
  for (const [number, lot] of pool.lots.byNumber.entries()) {
    if (lot.expiresAt !== undefined && lot.expiresAt <= at) lots.push({ lot: number, amounts: restOf(lot, used) });
  }
  return { type: 'lots-expired', lots, amounts: lots.reduce<Amounts>((sum, lot) => plusEach(sum, lot.amounts), NOTHING), at };
};

/** Money that somebody has to pay out; `confirm-payout` with the refund's id says that all of a refund was (capacity §15.10). */
export interface PayoutDue extends RefundPayout {
  readonly refundId: string;
}

export const payoutsOwedBy = ({ lots }: Pool): readonly PayoutDue[] =>
  lots.unpaid.flatMap(refundId => (lots.refunds.get(refundId)?.payouts ?? []).map(payout => ({ ...payout, refundId })));
