import type { Seconds } from '../../amount/instant.js';
import { ADMISSION_HORIZON_SECONDS, type Candidate } from '../admission/admission.js';
import { resumable } from '../admission/room.js';
import type { Recording } from '../recording.js';
import type { Member, Pool } from '../state.js';

type Waiting = readonly [workloadId: number, member: Member];

/** Who is resumed first: more priority, then an earlier activation, then the smaller id (capacity §15.5). */
const inOrder = ([leftId, left]: Waiting, [rightId, right]: Waiting): number =>
  right.priority - left.priority || left.since - right.since || leftId - rightId;

/** Members whose grace is not over and that wait for capacity. */
const waitingIn = ({ decommissions, members }: Pool): Waiting[] => {
  const waiting: Waiting[] = [];
  for (const [workloadId] of decommissions.unordered()) {
    const member = members.get(workloadId);
    if (member?.isSuspended === true) waiting.push([workloadId, member]);
  }
  return waiting.sort(inOrder);
};

const candidate = ([workloadId, { rates }]: Waiting): Candidate => ({
  workloadId,
  rates,
  ask: { horizonSeconds: ADMISSION_HORIZON_SECONDS },
});

/** Resumes those that wait, in their order, as long as each passes an admission (capacity §15.5). */
export const recordResumed = (recording: Recording, at: Seconds): void => {
  if (recording.pool.decommissions.size === 0) return;
  const waiting = waitingIn(recording.pool);
  if (waiting.length === 0) return;
  const workloadIds = resumable(recording.pool, waiting.map(candidate), at).map(({ workloadId }) => workloadId);
  if (workloadIds.length === 0) return;
  recording.record({ type: 'decommission-cancelled', workloadIds, cause: 'replenished', at });
  recording.record({ type: 'workloads-resumed', workloadIds, cause: 'replenished', at });
};

/** Whether somebody who is suspended waits for a dimension. */
export const isAwaited = ({ decommissions, members }: Pool, dimension: string): boolean => {
  for (const [workloadId, decommission] of decommissions.unordered()) {
    if (decommission.dimension === dimension && members.get(workloadId)?.isSuspended === true) return true;
  }
  return false;
};
