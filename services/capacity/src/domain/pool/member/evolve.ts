import { minusEach, plusEach } from '../../amount/per-dimension.js';
import { firstInstant } from '../deadlines.js';
import type { Draft } from '../draft.js';
import { dropDecommissions } from '../grace/evolve.js';
import { foresee, settleTo } from '../settle.js';
import type { RatesRebased, WorkloadActivated, WorkloadHeld, WorkloadReleased } from './events.js';
import { addMember, changeMember, DEFAULT_PRIORITY, removeMember } from './place.js';

export const held = (next: Draft, { workloadId, rates, formulaVersion, nodeId, until, runForSeconds }: WorkloadHeld): void => {
  next.holds = next.holds.with(workloadId, { rates, formulaVersion, nodeId, until });
  next.heldRates = plusEach(next.heldRates, rates);
  if (next.holdsEndAt === undefined || until < next.holdsEndAt) next.holdsEndAt = until;
  if (runForSeconds !== undefined) next.runs = next.runs.with(workloadId, { rates, seconds: runForSeconds, since: undefined });
};

/** Forgets a hold; what it keeps of the balance is for its workload as long as that runs. */
const dropHold = (next: Draft, workloadId: number): void => {
  const hold = next.holds.size === 0 ? undefined : next.holds.get(workloadId);
  if (hold === undefined) return;
  next.holds = next.holds.without(workloadId);
  next.heldRates = minusEach(next.heldRates, hold.rates);
  if (hold.until === next.holdsEndAt) next.holdsEndAt = firstInstant(next.holds, ({ until }) => until, hold.until);
};

export const holdReleased = (next: Draft, workloadId: number): void => {
  dropHold(next, workloadId);
  next.runs = next.runs.without(workloadId);
};

export const activated = (next: Draft, event: WorkloadActivated): void => {
  const { workloadId, rates, formulaVersion, nodeId, priority = DEFAULT_PRIORITY, at } = event;
  dropHold(next, workloadId);
  const run = next.runs.get(workloadId);
  if (run !== undefined) next.runs = next.runs.with(workloadId, { rates, seconds: run.seconds, since: at });
  settleTo(next, at);
  addMember(next, workloadId, {
    rates,
    formulaVersion,
    nodeId,
    since: at,
    priority,
    isReclaimed: false,
    isSuspended: false,
    isPaused: false,
  });
  foresee(next);
};

export const released = (next: Draft, { workloadId, at }: WorkloadReleased): void => {
  settleTo(next, at);
  removeMember(next, workloadId);
  dropDecommissions(next, [workloadId]);
  foresee(next);
};

export const rebased = (next: Draft, { members, formulaVersion, at }: RatesRebased): void => {
  settleTo(next, at);
  for (const { workloadId, after } of members) {
    changeMember(next, workloadId, { rates: after, formulaVersion });
    const run = next.runs.get(workloadId);
    if (run !== undefined) next.runs = next.runs.with(workloadId, { ...run, rates: after });
  }
  foresee(next);
};
