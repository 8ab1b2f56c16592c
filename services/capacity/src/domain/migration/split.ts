import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';
import type { Pool } from '../pool/state.js';
import type { MoveStep } from './move.js';

/** A pool gives some of its workloads and of its balance to a new one. */
export interface Split {
  readonly splitId: string;
  /** Number of the new pool. */
  readonly to: number;
  readonly workloadIds: readonly number[];
  /** Milliunit-seconds, whole units. */
  readonly amounts: Amounts;
  /** Nodes of the new pool; none: all of the old one. */
  readonly nodeIds: readonly string[];
  readonly at: Seconds;
}

/**
 * The steps of a split in their order: the new pool with the same owner and sponsor, then a transfer to it. If the transfer is refused, `undo`
 * closes the new pool, which is empty (capacity §15.9).
 */
export const planSplit = (
  pool: Pick<Pool, 'id' | 'namespace' | 'owner' | 'sponsor' | 'nodeIds'>,
  split: Split,
): { readonly steps: readonly MoveStep[]; readonly undo: MoveStep } => {
  const { splitId, to, workloadIds, amounts, at } = split;
  const { id: from, namespace, owner, sponsor } = pool;
  const nodeIds = split.nodeIds.length === 0 ? pool.nodeIds : split.nodeIds;
  return {
    steps: [
      { id: `${splitId}:1`, poolId: to, command: { type: 'open', poolId: to, namespace, owner, sponsor, nodeIds, at } },
      {
        id: `${splitId}:2`,
        poolId: from,
        command: { type: 'transfer-out', transferId: splitId, peer: to, amounts, workloadIds, isConsented: false, at },
      },
    ],
    undo: { id: `${splitId}:undo`, poolId: to, command: { type: 'close', cause: 'split-refused', at } },
  };
};
