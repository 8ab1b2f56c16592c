import { plusEach } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { sortedUnion } from '../nodes.js';
import { settleWith } from '../settle.js';
import type { CapacityCredited } from './events.js';

export const credited = (next: Draft, { source, amounts, nodesAdded, at }: CapacityCredited): void => {
  settleWith(next, at, amounts, next.rates);
  next.nodeIds = sortedUnion(next.nodeIds, nodesAdded);
  next.credited = plusEach(next.credited, amounts);
  if ('reservationId' in source) next.credits = next.credits.with(source.reservationId, { at, amounts });
};
