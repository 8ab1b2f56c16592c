import { minusEach, NOTHING, plusEach } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { dropDecommissions } from '../grace/evolve.js';
import { settleWith } from '../settle.js';
import type { RatesRebased, WorkloadActivated, WorkloadHeld, WorkloadReleased } from './events.js';

export const held = (next: Draft, { workloadId, rates, formulaVersion, until }: WorkloadHeld): void => {
  next.holds = next.holds.with(workloadId, { rates, formulaVersion, until });
  next.heldRates = plusEach(next.heldRates, rates);
};

export const dropHold = (next: Draft, workloadId: number): void => {
  const held = next.holds.size === 0 ? undefined : next.holds.get(workloadId);
  if (held === undefined) return;
  next.holds = next.holds.without(workloadId);
  next.heldRates = minusEach(next.heldRates, held.rates);
};

export const activated = (next: Draft, { workloadId, rates, formulaVersion, nodeId, at }: WorkloadActivated): void => {
  dropHold(next, workloadId);
  settleWith(next, at, NOTHING, plusEach(next.rates, rates));
  next.members = next.members.with(workloadId, { rates, formulaVersion, nodeId, since: at, isReclaimed: false });
};

export const released = (next: Draft, { workloadId, rates, at }: WorkloadReleased): void => {
  settleWith(next, at, NOTHING, minusEach(next.rates, rates));
  next.members = next.members.without(workloadId);
  dropDecommissions(next, [workloadId]);
};

export const rebased = (next: Draft, { members, formulaVersion, at }: RatesRebased): void => {
  let { rates } = next;
  for (const { workloadId, before, after } of members) {
    const member = next.members.get(workloadId);
    if (member === undefined) continue;
    rates = plusEach(minusEach(rates, before), after);
    next.members = next.members.with(workloadId, { ...member, rates: after, formulaVersion });
  }
  settleWith(next, at, NOTHING, rates);
};
