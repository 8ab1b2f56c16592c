import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import { ADMISSION_HORIZON_SECONDS, type Candidate } from '../admission/admission.js';
import { recordedRates, resumable } from '../admission/room.js';
import { settle } from '../account.js';
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

/** What decides whether somebody who waits can be carried. */
export interface Means {
  readonly balance: Amounts;
  /** Milliunits on record. */
  readonly rates: Amounts;
  /** Runs that something is kept for. */
  readonly runs: number;
}

/** The means before a change; absent: nobody is in grace. */
export const meansFor = (pool: Pool, at: Seconds): Means | undefined =>
  pool.decommissions.size === 0 ? undefined : { balance: settle(pool, at).balance, rates: recordedRates(pool), runs: pool.runs.size };

const isLess = (left: Amounts, right: Amounts): boolean => left[0] < right[0] || left[1] < right[1] || left[2] < right[2];

const haveGrown = (before: Means, after: Means): boolean =>
  isLess(before.balance, after.balance) || isLess(after.rates, before.rates) || after.runs < before.runs;

/**
 * Resumes those that wait, in their order, as long as each passes an admission (capacity §15.5). Only a change that helped gives them a chance:
 * of 10,000 that are released while they wait, each would otherwise have all the others looked at.
 */
export const recordResumed = (recording: Recording, before: Means | undefined, at: Seconds): void => {
  const after = meansFor(recording.pool, at);
  if (before === undefined || after === undefined || !haveGrown(before, after)) return;
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
