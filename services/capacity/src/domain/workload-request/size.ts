import { Refusal } from '@drawdown/errors';
import type { NodeCapacity } from '../node/node.js';
import { CUSTOM_SIZE } from '../units/sizes.js';
import type { Workload } from '../units/workload.js';

/** GB of SSD of a cluster's node that takes what the node has (capacity §8). */
const CLUSTER_NODE_SSD_GB = 50;

/**
 * A workload as it will be on its node. A cluster's node of a size of its own takes all cores and memory that the node was registered with; a
 * machine of a size of its own takes what was asked for, which has to be there. Of a node that says nothing of itself, what was asked for is
 * believed (capacity §8, §12 D14).
 * @throws Refusal `INVALID_WORKLOAD` of rule `node_capacity`
 */
export const sizeOf = (workload: Workload, capacity: NodeCapacity | undefined): Workload => {
  if (capacity === undefined || (workload.type !== 'kubernetes' && workload.type !== 'virtualMachine')) return workload;
  if (workload.size !== CUSTOM_SIZE) return workload;
  if (workload.type === 'kubernetes') {
    return { ...workload, custom: { cru: capacity.cru, mru: capacity.mru, sru: CLUSTER_NODE_SSD_GB } };
  }
  const { cru, mru, sru } = workload.custom;
  if (cru <= capacity.cru && mru <= capacity.mru && sru <= capacity.sru) return workload;
  throw new Refusal('INVALID_WORKLOAD', 'the machine is larger than its node', { rule: 'node_capacity' });
};
