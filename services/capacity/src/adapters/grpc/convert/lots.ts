import type { RefundCapacityRequest, RefundedLot as RefundedLotMessage } from '@drawdown/proto/capacity';
import type { Untimed } from '../../../application/aggregates/instructed.js';
import type { PoolCommand, PoolEvent } from '../../../domain/index.js';
import { fromApiAmounts, toApiAmounts } from './amounts.js';
import { required, wrongField } from './refuse.js';

type RefundCommand = Untimed<Extract<PoolCommand, { readonly type: 'refund' | 'reverse-payment' }>>;

/** @throws Refusal `VALIDATION` */
export const fromApiRefund = (message: RefundCapacityRequest['what'], refundId: string): RefundCommand => {
  const what = required(message, 'what');
  switch (what.$case) {
    case 'amounts':
      return { type: 'refund', refundId, amounts: fromApiAmounts(what.value) };
    case 'everything':
      if (!what.value) throw wrongField('everything', 'must be true where it is given');
      return { type: 'refund', refundId, amounts: 'all' };
    case 'reversedReservationId':
      return { type: 'reverse-payment', reservationId: what.value };
  }
};

export const toApiRefundedLots = (events: readonly PoolEvent[]): RefundedLotMessage[] =>
  events.flatMap(event =>
    event.type === 'capacity-refunded'
      ? event.lots.map(({ reservationId = 0, amounts, asset, payment }) => ({
          reservationId,
          amounts: toApiAmounts(amounts),
          asset,
          payment: String(payment),
        }))
      : [],
  );
