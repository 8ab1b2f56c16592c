import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { requireAmounts } from '../limits.js';
import type { HeldWorkload, HoldWorkload, HoldWorkloads } from '../member/commands.js';
import type { WorkloadHeld } from '../member/events.js';
import type { Pool } from '../state.js';
import { requireNodeRoom } from '../node/room.js';
import { requireNotMoving } from '../transfer/departed.js';
import { WORKLOADS_PER_BATCH_MAX, type Ask, type Candidate } from './admission.js';
import { requireRoom } from './room.js';

const invalid = (rule: string, message: string): Refusal => new Refusal('INVALID_ADMISSION', message, { rule });

/** Longest horizon or run: a thousand years of seconds. */
const SECONDS_MAX = 31_557_600_000;

const askOf = ({ horizonSeconds, runForSeconds }: HeldWorkload): Ask => {
  if (runForSeconds === undefined && horizonSeconds === undefined)
    throw invalid('ask', 'a workload asks for a horizon or for a time to run');
  if (runForSeconds !== undefined && horizonSeconds !== undefined)
    throw invalid('ask', 'a workload asks for a horizon or for a time to run, not both');
  const seconds = runForSeconds ?? horizonSeconds ?? 0;
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > SECONDS_MAX)
    throw invalid('seconds', `${seconds} is no number of seconds`);
  return runForSeconds === undefined ? { horizonSeconds: seconds } : { runForSeconds };
};

/** Holds for workloads that are neither members nor held yet; those that are need nothing. */
const holdEach = (workloads: readonly HeldWorkload[], until: Seconds, pool: Pool, at: Seconds): readonly WorkloadHeld[] => {
  const candidates: Candidate[] = [];
  const holds: WorkloadHeld[] = [];
  for (const workload of workloads) {
    const { workloadId, rates, formulaVersion, nodeId, runForSeconds } = workload;
    requireAmounts(rates);
    const ask = askOf(workload);
    if (pool.members.has(workloadId) || pool.holds.has(workloadId)) continue;
    requireNotMoving(pool, workloadId);
    candidates.push({ workloadId, rates, ask });
    holds.push({ type: 'workload-held', workloadId, rates, formulaVersion, nodeId, until, runForSeconds, at });
  }
  if (candidates.length === 0) return holds;
  requireNodeRoom(pool, holds);
  requireRoom(pool, candidates, at);
  return holds;
};

/** @throws Refusal `INVALID_AMOUNT`, `INVALID_ADMISSION`, `NODE_LIMIT_EXCEEDED`, `CAPACITY_OVERFLOW`, `CAPACITY_INSUFFICIENT` */
export const hold = (command: Omit<HoldWorkload, 'type'>, pool: Pool, at: Seconds): readonly WorkloadHeld[] =>
  holdEach([command], command.until, pool, at);

/**
 * All of the workloads or none (capacity §15.3). Their order means nothing.
 * @throws Refusal as of one; `INVALID_ADMISSION` of none, of too many, or of one that is named twice
 */
export const holdAll = ({ workloads, until }: HoldWorkloads, pool: Pool, at: Seconds): readonly WorkloadHeld[] => {
  if (workloads.length === 0 || workloads.length > WORKLOADS_PER_BATCH_MAX) {
    throw invalid('count', `between 1 and ${WORKLOADS_PER_BATCH_MAX} workloads are admitted together`);
  }
  if (new Set(workloads.map(({ workloadId }) => workloadId)).size < workloads.length) throw invalid('twice', 'a workload is named twice');
  return holdEach(
    [...workloads].sort((left, right) => left.workloadId - right.workloadId),
    until,
    pool,
    at,
  );
};
