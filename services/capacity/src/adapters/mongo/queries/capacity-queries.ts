import type { CapacityQueries } from '../../../application/queries/ports.js';
import { segmentsOf, staysOf, staysOnNode } from './parts.js';
import { expiredBy, nextAfter, overduePools, poolItems, poolsOfOwner, poolsOnNode } from './pools.js';
import { documentsReached, type ReachedOptions } from './reached.js';
import { farmsOf, nodesOf, partiesOf, reservationsOf } from './whole.js';

/** Lists from the generation that is read now. */
export const mongoQueries = (options: ReachedOptions): CapacityQueries => {
  const { readModel } = options;
  return {
    reached: (minPosition, limits) => documentsReached(options, minPosition, limits),
    pools: (...wanted) => poolItems(readModel(), ...wanted),
    poolsOfOwner: (...wanted) => poolsOfOwner(readModel(), ...wanted),
    expiredBy: (...wanted) => expiredBy(readModel(), ...wanted),
    nextAfter: (...wanted) => nextAfter(readModel(), ...wanted),
    poolsOnNode: (...wanted) => poolsOnNode(readModel(), ...wanted),
    stays: (...wanted) => staysOf(readModel(), ...wanted),
    staysOnNode: (...wanted) => staysOnNode(readModel(), ...wanted),
    segments: (...wanted) => segmentsOf(readModel(), ...wanted),
    reservations: (...wanted) => reservationsOf(readModel(), ...wanted),
    parties: (...wanted) => partiesOf(readModel(), ...wanted),
    nodes: (...wanted) => nodesOf(readModel(), ...wanted),
    farms: (...wanted) => farmsOf(readModel(), ...wanted),
    overdue: (...wanted) => overduePools(readModel(), ...wanted),
  };
};
