import { minusEach, plusEach } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import type { Member } from '../state.js';
import { drainOf, pausedDrainOf } from './drain.js';

/** Of a member that nobody gave one. */
export const DEFAULT_PRIORITY = 0;

// All of these change rates: the draft has to be settled before, and foreseen after.

const addRates = (next: Draft, member: Member): void => {
  next.rates = plusEach(next.rates, drainOf(member));
  if (member.isPaused) next.pausedRates = plusEach(next.pausedRates, pausedDrainOf(member));
};

const takeRates = (next: Draft, member: Member): void => {
  next.rates = minusEach(next.rates, drainOf(member));
  if (member.isPaused) next.pausedRates = minusEach(next.pausedRates, pausedDrainOf(member));
};

/** Puts in a member that is not there yet. */
export const addMember = (next: Draft, workloadId: number, member: Member): void => {
  addRates(next, member);
  next.members = next.members.with(workloadId, member);
};

/** Changes a member; whoever is none is left alone. */
export const changeMember = (next: Draft, workloadId: number, changes: Partial<Member>): void => {
  const before = next.members.get(workloadId);
  if (before === undefined) return;
  const after = { ...before, ...changes };
  takeRates(next, before);
  addRates(next, after);
  next.members = next.members.with(workloadId, after);
};

/** Takes a member out, and what it was to run for; grace that it may have is dropped elsewhere. */
export const removeMember = (next: Draft, workloadId: number): void => {
  const member = next.members.get(workloadId);
  if (member === undefined) return;
  takeRates(next, member);
  next.members = next.members.without(workloadId);
  if (next.runs.size > 0) next.runs = next.runs.without(workloadId);
};
