import { plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { addLot } from '../lot/evolve.js';
import { sortedUnion } from '../nodes.js';
import { settleWith } from '../settle.js';
import type { CapacityCredited, CreditVoided } from './events.js';

/** A dimension that gets nothing keeps what its own last credit made of it. */
const lastCredited = ({ balance, afterCredit }: Draft, amounts: Amounts): Amounts => [
  amounts[0] > 0 ? balance[0] : afterCredit[0],
  amounts[1] > 0 ? balance[1] : afterCredit[1],
  amounts[2] > 0 ? balance[2] : afterCredit[2],
];

export const credited = (next: Draft, { source, amounts, nodesAdded, bought, expiresAt, at }: CapacityCredited): void => {
  settleWith(next, at, amounts, next.rates);
  next.nodeIds = sortedUnion(next.nodeIds, nodesAdded);
  next.credited = plusEach(next.credited, amounts);
  next.afterCredit = lastCredited(next, amounts);
  if ('reservationId' in source) next.credits = next.credits.with(source.reservationId, { at, amounts });
  if (bought === undefined && expiresAt === undefined) return;
  addLot(next, { reservationId: 'reservationId' in source ? source.reservationId : undefined, bought, expiresAt }, amounts);
};

export const creditVoided = (next: Draft, { reservationId, code }: CreditVoided): void => {
  next.voidedCredits = next.voidedCredits.with(reservationId, { code });
};
