import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import type { Pool } from '../state.js';
import type { ChangeNodes } from './commands.js';
import type { NodesChanged } from './events.js';

/** A node of the list that a member runs on, or that room is held on. */
const inUse = (pool: Pool, nodeIds: readonly string[]): string | undefined => {
  const candidates = new Set(nodeIds);
  for (const [, { nodeId }] of pool.members.entries()) if (nodeId !== undefined && candidates.has(nodeId)) return nodeId;
  for (const [, { nodeId }] of pool.holds.entries()) if (nodeId !== undefined && candidates.has(nodeId)) return nodeId;
  return undefined;
};

/**
 * What is on the list already, or is not on it, changes nothing.
 * @throws Refusal `NODE_IN_USE`; `NODES_MISSING`: a pool keeps a node at least, unless its last one is gone
 */
export const changeNodes = (command: ChangeNodes, pool: Pool, at: Seconds): readonly NodesChanged[] => {
  const { cause, areGone } = command;
  const removed = pool.nodeIds.filter(nodeId => command.removed.includes(nodeId) && !command.added.includes(nodeId));
  const added = [...new Set(command.added)].filter(nodeId => !pool.nodeIds.includes(nodeId));
  if (added.length === 0 && removed.length === 0) return [];
  const used = areGone ? undefined : inUse(pool, removed);
  if (used !== undefined) throw new Refusal('NODE_IN_USE', `workloads run on node ${used}`, { nodeId: used });
  if (!areGone && pool.nodeIds.length + added.length === removed.length) {
    throw new Refusal('NODES_MISSING', 'a pool keeps at least one node');
  }
  return [{ type: 'nodes-changed', added, removed, cause, at }];
};
