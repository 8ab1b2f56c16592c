import type { Draft } from '../draft.js';
import type { DecommissionRequested } from './events.js';

export const decommissionRequested = (next: Draft, { workloadIds, dimension, graceUntil }: DecommissionRequested): void => {
  for (const workloadId of workloadIds) next.decommissions = next.decommissions.with(workloadId, { dimension, graceUntil });
};

export const dropDecommissions = (next: Draft, workloadIds: readonly number[]): void => {
  if (next.decommissions.size === 0) return;
  for (const workloadId of workloadIds) next.decommissions = next.decommissions.without(workloadId);
};

export const reclaimed = (next: Draft, workloadIds: readonly number[]): void => {
  for (const workloadId of workloadIds) {
    const member = next.members.get(workloadId);
    if (member !== undefined) next.members = next.members.with(workloadId, { ...member, isReclaimed: true });
  }
  dropDecommissions(next, workloadIds);
};
