import { exact } from '../amount/exact.js';
import type { Seconds } from '../amount/instant.js';
import { MILLI } from '../amount/limits.js';
import { eachDimension, of } from '../amount/per-dimension.js';
import type { CreditPool, OpenPool } from '../pool/commands.js';
import type { Bought } from '../pool/lot/state.js';
import type { EndTopUp } from '../pool/topup/commands.js';
import type { TimedPayment } from './payment.js';
import type { Reservation } from './state.js';

/** A command with the id that makes it count once, however often it is sent (capacity §13.1). */
export interface Identified<Command> {
  readonly id: string;
  readonly command: Command;
}

/** What whoever keeps the money has to know of a reservation. */
export interface PaymentOrder extends TimedPayment {
  readonly reservationId: number;
  readonly namespace: string;
  readonly customerTid: number;
}

/** Money that is to go back; `ordinal` tells the refunds of a reservation apart. */
export interface RefundOrder extends PaymentOrder {
  readonly ordinal: number;
  /** In 10⁻⁷ of the asset: what goes back, not what the reservation costs. */
  readonly refund: bigint;
  readonly cause: string;
  /** It is the price of capacity that was given back; the payment as such stays the farm's. */
  readonly isForCapacity: boolean;
}

/** How a reservation ended: its payment is the farm's, or nothing of it is needed any more. */
export interface ConclusionOrder extends PaymentOrder {
  readonly outcome: 'kept' | 'returned';
  /** Refunds that were made: tells one conclusion from those before it. */
  readonly refunds: number;
  /** Why it was not kept. */
  readonly cause: string | undefined;
}

/** What is to be done about a reservation. Each may be done again at any time without harm. */
export type Owed =
  | ({ readonly type: 'open' } & Identified<OpenPool>)
  | ({ readonly type: 'credit' } & Identified<CreditPool>)
  | ({ readonly type: 'end-top-up' } & Identified<EndTopUp>)
  | { readonly type: 'collect'; readonly order: PaymentOrder }
  | { readonly type: 'refund'; readonly order: RefundOrder }
  | { readonly type: 'conclude'; readonly order: ConclusionOrder };

/** Opens the pool of a reservation that asks for a new one; absent for a top-up. */
export const openingOf = (reservation: Reservation): Identified<OpenPool> | undefined => {
  const { id, namespace, poolId, customerTid, sponsorTid, nodeIds, lastAt } = reservation;
  if (poolId !== id) return undefined;
  return { id: `open:${id}`, command: { type: 'open', poolId, namespace, owner: customerTid, sponsor: sponsorTid, nodeIds, at: lastAt } };
};

/** Credits the pool of a paid reservation; absent while it is not paid, and once it has its credit. */
export const creditOf = ({ id, status, unitSeconds, nodeIds, payment, lastAt }: Reservation): Identified<CreditPool> | undefined => {
  if (status !== 'paid') return undefined;
  const amounts = eachDimension(dimension => exact(of(unitSeconds, dimension) * BigInt(MILLI)));
  const bought = payment === undefined || payment.amount === 0n ? undefined : boughtBy(payment);
  return { id: `credit:${id}`, command: { type: 'credit', source: { reservationId: id }, amounts, nodeIds, bought, at: lastAt } };
};

/** What a lot of capacity remembers of its price (capacity §15.10). */
const boughtBy = ({ asset, amount, prices }: TimedPayment): Bought => ({ asset, amount, prices });

/** Tells the pool how a purchase ended that it had asked for; absent for others, and while it has not. */
export const topUpEndOf = ({ id, status, topUpId, isConcluded, lastAt }: Reservation): Identified<EndTopUp> | undefined => {
  const isUnderWay = status === 'submitted' || status === 'accepted' || status === 'awaiting-payment' || status === 'paid';
  if (topUpId === undefined || isUnderWay || isConcluded) return undefined;
  return {
    id: `end-top-up:${id}`,
    command: { type: 'end-top-up', topUpId, cause: status === 'settled' ? 'credited' : 'failed', at: lastAt },
  };
};

const orderOf = ({ id, namespace, customerTid, payment }: Reservation): PaymentOrder | undefined =>
  payment === undefined ? undefined : { reservationId: id, namespace, customerTid, ...payment };

/** Whether the reservation is over and only whoever keeps the money does not know yet. */
export const concludes = ({ status, payment, refunds, isConcluded }: Reservation): boolean => {
  const isOver = status === 'settled' || status === 'expired' || status === 'refused' || status === 'refunded';
  const isPaidFor = payment !== undefined && payment.amount > 0n;
  return isOver && isPaidFor && !isConcluded && refunds.every(({ isDone }) => isDone);
};

/**
 * What is to be done about a reservation as it stands, in order: it depends on the state alone, so it makes no difference how often it is asked
 * or what was lost in between. Nothing: it is over.
 */
export const owedByReservation = (reservation: Reservation): readonly Owed[] => {
  const { status, refunds, cause } = reservation;
  const owed: Owed[] = [];
  const opening = status === 'awaiting-payment' || status === 'paid' ? openingOf(reservation) : undefined;
  if (opening !== undefined) owed.push({ type: 'open', ...opening });
  const credit = creditOf(reservation);
  if (credit !== undefined) owed.push({ type: 'credit', ...credit });
  const topUpEnd = topUpEndOf(reservation);
  if (topUpEnd !== undefined) owed.push({ type: 'end-top-up', ...topUpEnd });
  const order = orderOf(reservation);
  if (order === undefined) return owed;
  if (status === 'awaiting-payment') owed.push({ type: 'collect', order });
  for (const { ordinal, amount, cause: why, returnId, isDone } of refunds) {
    if (isDone) continue;
    owed.push({ type: 'refund', order: { ...order, ordinal, refund: amount, cause: why, isForCapacity: returnId !== undefined } });
  }
  if (concludes(reservation)) {
    owed.push({
      type: 'conclude',
      order: { ...order, outcome: status === 'settled' ? 'kept' : 'returned', refunds: refunds.length, cause },
    });
  }
  return owed;
};

/** First second at which the reservation has something to do by itself: its window is over. Absent: nothing. */
export const reservationDueAt = ({ status, payment }: Reservation): Seconds | undefined =>
  status === 'awaiting-payment' && payment !== undefined ? payment.expiresAt + 1 : undefined;

/** The instant that news of its money count for: now, but for a reservation of the past its own, so that its credit counts from there. */
export const paidInstant = ({ isBackdated, lastAt }: Reservation, now: Seconds): Seconds => (isBackdated ? lastAt : now);
