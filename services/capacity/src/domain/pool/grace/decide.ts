import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import { uses } from '../account.js';
import type { Pool } from '../state.js';
import type { DecommissionRequested } from './events.js';

/** Grace that a member gets when a dimension it uses runs empty (capacity §12 D16, the default). */
const GRACE_SECONDS = 0;

/** Whether a member uses a dimension and is not on its way out already. */
export const isToDecommission = (pool: Pool, workloadId: number, dimension: Dimension): boolean => {
  const member = pool.members.get(workloadId);
  return member !== undefined && uses(member.rates, dimension) && !member.isReclaimed && !pool.decommissions.has(workloadId);
};

/** Asks for workloads to be stopped; no event if there are none. */
export const decommission = (workloadIds: readonly number[], dimension: Dimension, at: Seconds): DecommissionRequested[] =>
  workloadIds.length === 0 ? [] : [{ type: 'decommission-requested', workloadIds, dimension, graceUntil: at + GRACE_SECONDS, at }];
