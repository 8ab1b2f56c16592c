import type { Seconds } from '../amount/instant.js';
import { ADMISSION_HORIZON_SECONDS } from '../pool/admission/admission.js';
import type { PoolCommand } from '../pool/commands.js';
import type { WorkloadRates } from '../pool/member/commands.js';

/** A workload goes from one pool to another. */
export interface Move extends WorkloadRates {
  readonly moveId: string;
  readonly from: number;
  readonly to: number;
  /** Node in the target. */
  readonly nodeId: string;
  readonly holdUntil: Seconds;
  readonly at: Seconds;
}

/** One command of a move, with the id that makes it count once. */
export interface MoveStep {
  readonly id: string;
  readonly poolId: number;
  readonly command: PoolCommand;
}

/**
 * The steps of a move in their order: room in the target, release in the source, activation in the target, all at one instant, so that nothing
 * drains twice and nothing is left out (capacity §10.3). If a step is refused, `undo` gives the room back.
 */
export const planMove = (move: Move): { readonly steps: readonly MoveStep[]; readonly undo: MoveStep } => {
  const { moveId, from, to, workloadId, rates, formulaVersion, nodeId, holdUntil, at } = move;
  const workload = { workloadId, rates, formulaVersion, at };
  return {
    steps: [
      {
        id: `${moveId}:1`,
        poolId: to,
        command: { type: 'hold', ...workload, nodeId, horizonSeconds: ADMISSION_HORIZON_SECONDS, until: holdUntil },
      },
      { id: `${moveId}:2`, poolId: from, command: { type: 'release', workloadId, cause: 'deleted', at } },
      { id: `${moveId}:3`, poolId: to, command: { type: 'activate', ...workload, nodeId } },
    ],
    undo: { id: `${moveId}:undo`, poolId: to, command: { type: 'release', workloadId, cause: 'cancelled', at } },
  };
};
