import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import type { WorkloadsResumed, WorkloadsSuspended } from '../grace/events.js';
import type { Pool } from '../state.js';
import type { PausePool, PauseWorkloads, ResumePool, ResumeWorkloads } from './commands.js';
import type { PoolPaused, PoolResumed } from './events.js';

/** A pool that is paused stays so. */
export const pause = ({ cause }: PausePool, pool: Pool, at: Seconds): readonly PoolPaused[] =>
  pool.isPaused ? [] : [{ type: 'pool-paused', cause, at }];

/** A pool that is not paused goes on. */
export const resume = ({ cause }: ResumePool, pool: Pool, at: Seconds): readonly PoolResumed[] =>
  pool.isPaused ? [{ type: 'pool-resumed', cause, at }] : [];

/** Ascending ids of those whose pause is to change. @throws Refusal `WORKLOAD_NOT_FOUND` */
const toChange = (workloadIds: readonly number[], pool: Pool, isPaused: boolean): readonly number[] => {
  const ids = [...new Set(workloadIds)].sort((left, right) => left - right);
  return ids.filter(workloadId => {
    const member = pool.members.get(workloadId);
    if (member !== undefined) return member.isPaused !== isPaused;
    throw new Refusal('WORKLOAD_NOT_FOUND', `workload ${workloadId} is not a member of the pool`, { workload: String(workloadId) });
  });
};

/** @throws Refusal `WORKLOAD_NOT_FOUND` */
export const pauseWorkloads = (command: PauseWorkloads, pool: Pool, at: Seconds): readonly WorkloadsSuspended[] => {
  const workloadIds = toChange(command.workloadIds, pool, true);
  return workloadIds.length === 0 ? [] : [{ type: 'workloads-suspended', workloadIds, cause: 'paused', at }];
};

/** @throws Refusal `WORKLOAD_NOT_FOUND` */
export const resumeWorkloads = (command: ResumeWorkloads, pool: Pool, at: Seconds): readonly WorkloadsResumed[] => {
  const workloadIds = toChange(command.workloadIds, pool, false);
  return workloadIds.length === 0 ? [] : [{ type: 'workloads-resumed', workloadIds, cause: 'unpaused', at }];
};
