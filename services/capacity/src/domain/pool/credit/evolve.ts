import { plusEach } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { addLot } from '../lot/evolve.js';
import { sortedUnion } from '../nodes.js';
import { settleWith } from '../settle.js';
import type { CapacityCredited } from './events.js';

export const credited = (next: Draft, { source, amounts, nodesAdded, bought, expiresAt, at }: CapacityCredited): void => {
  settleWith(next, at, amounts, next.rates);
  next.nodeIds = sortedUnion(next.nodeIds, nodesAdded);
  next.credited = plusEach(next.credited, amounts);
  if ('reservationId' in source) next.credits = next.credits.with(source.reservationId, { at, amounts });
  if (bought === undefined && expiresAt === undefined) return;
  addLot(next, { reservationId: 'reservationId' in source ? source.reservationId : undefined, bought, expiresAt }, amounts);
};
