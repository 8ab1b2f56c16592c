import { Refusal } from '@drawdown/errors';
import type { Pool } from '../pool/state.js';

/** @throws Refusal `DUPLICATE_NODE` (capacity §6.1 row 8) */
export const requireUniqueNodes = (nodeIds: readonly string[]): void => {
  const repeated = nodeIds.find((nodeId, index) => nodeIds.indexOf(nodeId) !== index);
  if (repeated !== undefined) throw new Refusal('DUPLICATE_NODE', `node ${repeated} is named twice`, { nodeId: repeated });
};

/**
 * That a top-up has a pool, leaves it its nodes and does something (capacity §6.1 rows 15 to 17).
 * `mayLack` says of which of its nodes the top-up need not speak (capacity §15.7).
 * @throws Refusal `POOL_NOT_FOUND`, `NODES_REMOVED`, `NO_EFFECT`
 */
export const requireTopUp = (
  pool: Pick<Pool, 'nodeIds'> | undefined,
  nodeIds: readonly string[],
  isNothing: boolean,
  mayLack: (nodeId: string) => boolean = () => false,
): void => {
  if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'there is no such pool');
  const removed = pool.nodeIds.find(nodeId => !nodeIds.includes(nodeId) && !mayLack(nodeId));
  if (removed !== undefined) throw new Refusal('NODES_REMOVED', `node ${removed} of the pool is missing`, { nodeId: removed });
  const addsNodes = nodeIds.some(nodeId => !pool.nodeIds.includes(nodeId));
  if (isNothing && !addsNodes) throw new Refusal('NO_EFFECT', 'the top-up adds neither capacity nor nodes');
};
