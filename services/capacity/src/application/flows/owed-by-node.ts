import { isRefusal } from '@drawdown/errors';
import type { Node } from '../../domain/index.js';
import type { CallLimits, CapacityCalls } from '../calls.js';
import type { CapacityQueries } from '../queries/ports.js';

/**
 * Takes a node that is gone out of the pools that name it, so that it stands in the way of no top-up (capacity §15.7). A pool that keeps it,
 * because it is closed or has no other, loses nothing by that.
 * @throws Fault: it is to be tried again
 */
export const takeNodeOut = async (
  calls: CapacityCalls,
  poolsOnNode: CapacityQueries['poolsOnNode'],
  { namespace, nodeId, lastAt }: Node,
  nowMs: number,
  limits: CallLimits,
): Promise<void> => {
  for await (const poolId of poolsOnNode(namespace, nodeId)) {
    const command = { type: 'change-nodes', added: [], removed: [nodeId], cause: 'node-gone', areGone: true } as const;
    const given = { id: `node-gone:${nodeId}:${lastAt}`, createdAtMs: nowMs, bodyHash: 'owed', when: { atLeast: lastAt }, command };
    await calls.execute('pool', namespace, poolId, given, limits).catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
    });
  }
};
