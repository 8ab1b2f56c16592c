import { minusEach, NOTHING, plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { settleWith } from '../settle.js';
import type { CapacityRefunded, LotsExpired, RefundPaid } from './events.js';
import { changeLot, cutLine, cutLot, usedOf, withoutMoney, withPieces } from './line.js';
import type { LotTerms, RefundPayout } from './state.js';

/** Remembers a credit that has a price or an end; it lies at the end of the line. Others need no memory. */
export const addLot = (next: Draft, terms: LotTerms, amounts: Amounts): void => {
  const end = plusEach(next.credited, next.lots.shift);
  next.lots = withPieces(next.lots, [{ ...terms, amounts }], minusEach(end, amounts), next.asOf);
};

/** Takes the oldest of what is left out of the line, before the balance falls by as much. */
export const takeFront = (next: Draft, amounts: Amounts): void => {
  next.lots = cutLine(next.lots, usedOf(next, next.balance), amounts);
};

const takeBalance = (next: Draft, amounts: Amounts): void => settleWith(next, next.asOf, minusEach(NOTHING, amounts), next.rates);

export const refunded = (next: Draft, { refundId, cause, lots, amounts, at }: CapacityRefunded): void => {
  settleWith(next, at, NOTHING, next.rates);
  for (const { lot, amounts: part, payment } of lots) {
    next.lots = cutLot(next.lots, lot, part);
    next.lots = withoutMoney(next.lots, lot, payment);
  }
  takeBalance(next, amounts);
  next.flows = { ...next.flows, refunded: plusEach(next.flows.refunded, amounts) };
  const payouts = lots.flatMap(({ reservationId, asset, payment }): RefundPayout[] =>
    payment === 0n ? [] : [{ reservationId, asset, amount: payment }],
  );
  const isPaid = payouts.length === 0;
  next.lots = { ...next.lots, refunds: next.lots.refunds.with(refundId, { at, amounts, payouts, isPaid }) };
  if (!isPaid) next.lots = { ...next.lots, unpaid: [...next.lots.unpaid, refundId] };
  if (cause === 'payment-reversed') for (const { lot } of lots) next.lots = changeLot(next.lots, lot, () => undefined);
};

export const refundPaid = (next: Draft, { refundId }: RefundPaid): void => {
  const refund = next.lots.refunds.get(refundId);
  if (refund === undefined) return;
  next.lots = {
    ...next.lots,
    refunds: next.lots.refunds.with(refundId, { ...refund, isPaid: true }),
    unpaid: next.lots.unpaid.filter(id => id !== refundId),
  };
};

export const lotsExpired = (next: Draft, { lots, amounts, at }: LotsExpired): void => {
  settleWith(next, at, NOTHING, next.rates);
  for (const { lot, amounts: rest } of lots) {
    next.lots = cutLot(next.lots, lot, rest);
    // What is left of a lot that was paid for is the part that was used: it counts when its payment is reversed.
    next.lots = changeLot(next.lots, lot, present => (present.bought === undefined ? undefined : { ...present, expiresAt: undefined }));
  }
  takeBalance(next, amounts);
  next.flows = { ...next.flows, forfeited: plusEach(next.flows.forfeited, amounts) };
};
