import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import { uses } from '../account.js';
import { drainOf } from '../member/drain.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';

/** Whether a member drains a dimension and is not on its way out already. */
export const isToDecommission = (pool: Pool, workloadId: number, dimension: Dimension): boolean => {
  const member = pool.members.get(workloadId);
  return member !== undefined && uses(drainOf(member), dimension) && !member.isReclaimed && !pool.decommissions.has(workloadId);
};

/**
 * Asks for members to be stopped, and suspends them if the policy says so, or if as much was forgiven as it lets be (capacity §15.5). Nothing is
 * recorded if there are none. Without grace nobody is suspended: a node stops them right away.
 */
export const recordDecommission = (recording: Recording, workloadIds: readonly number[], dimension: Dimension, at: Seconds): void => {
  if (workloadIds.length === 0) return;
  const { graceSeconds, suspendsInGrace } = recording.pool.policy;
  recording.record({ type: 'decommission-requested', workloadIds, dimension, graceUntil: at + graceSeconds, at });
  if (graceSeconds === 0) return;
  const isCapped = recording.pool.capped.includes(dimension);
  if (suspendsInGrace || isCapped) {
    recording.record({ type: 'workloads-suspended', workloadIds, cause: suspendsInGrace ? 'exhausted' : 'capped', at });
  }
};
