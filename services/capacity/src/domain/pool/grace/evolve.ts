import { firstInstant } from '../deadlines.js';
import type { Draft } from '../draft.js';
import { changeMember } from '../member/place.js';
import type { Member } from '../state.js';
import { foresee, settleTo } from '../settle.js';
import type { DecommissionRequested, UnfundedCapReached, WorkloadsResumed, WorkloadsSuspended } from './events.js';

export const decommissionRequested = (next: Draft, { workloadIds, dimension, graceUntil }: DecommissionRequested): void => {
  for (const workloadId of workloadIds) next.decommissions = next.decommissions.with(workloadId, { dimension, graceUntil });
  if (next.graceEndsAt === undefined || graceUntil < next.graceEndsAt) next.graceEndsAt = graceUntil;
};

export const dropDecommissions = (next: Draft, workloadIds: readonly number[]): void => {
  if (next.decommissions.size === 0) return;
  for (const workloadId of workloadIds) {
    const decommission = next.decommissions.get(workloadId);
    if (decommission === undefined) continue;
    next.decommissions = next.decommissions.without(workloadId);
    const { graceUntil } = decommission;
    if (graceUntil === next.graceEndsAt) next.graceEndsAt = firstInstant(next.decommissions, entry => entry.graceUntil, graceUntil);
  }
};

export const reclaimed = (next: Draft, workloadIds: readonly number[]): void => {
  for (const workloadId of workloadIds) {
    const member = next.members.get(workloadId);
    if (member !== undefined) next.members = next.members.with(workloadId, { ...member, isReclaimed: true });
  }
  dropDecommissions(next, workloadIds);
};

const changeDrain = (next: Draft, { workloadIds, at }: WorkloadsSuspended | WorkloadsResumed, changes: Partial<Member>): void => {
  settleTo(next, at);
  for (const workloadId of workloadIds) changeMember(next, workloadId, changes);
  foresee(next);
};

export const suspended = (next: Draft, event: WorkloadsSuspended): void =>
  changeDrain(next, event, event.cause === 'paused' ? { isPaused: true } : { isSuspended: true });

export const resumed = (next: Draft, event: WorkloadsResumed): void =>
  changeDrain(next, event, event.cause === 'unpaused' ? { isPaused: false } : { isSuspended: false });

export const capReached = (next: Draft, { dimension }: UnfundedCapReached): void => {
  next.capped = [...next.capped, dimension];
};
