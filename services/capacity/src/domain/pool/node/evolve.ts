import type { Draft } from '../draft.js';
import { sortedUnion } from '../nodes.js';
import type { NodesChanged } from './events.js';

export const nodesChanged = (next: Draft, { added, removed }: NodesChanged): void => {
  const kept = removed.length === 0 ? next.nodeIds : next.nodeIds.filter(nodeId => !removed.includes(nodeId));
  next.nodeIds = sortedUnion(kept, added);
};
