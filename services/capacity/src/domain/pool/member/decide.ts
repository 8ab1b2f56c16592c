import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { equalEach, minusEach, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { FORMULA_VERSION } from '../../units/rates.js';
import { hold } from '../admission/decide.js';
import { evolvePool } from '../evolve.js';
import { requireAmounts, requireRates } from '../limits.js';
import type { Pool } from '../state.js';
import { requireNotDeparted, requireNotMoving } from '../transfer/departed.js';
import type { ActivateWorkload, RebaseRates, ReleaseWorkload, ReplaceWorkload } from './commands.js';
import type { MemberEvent } from './events.js';
import { DEFAULT_PRIORITY } from './place.js';

/** Priorities are whole numbers of 0 up to this. */
const PRIORITY_MAX = 1_000_000;

const requirePriority = (priority = DEFAULT_PRIORITY): void => {
  if (Number.isInteger(priority) && priority >= DEFAULT_PRIORITY && priority <= PRIORITY_MAX) return;
  throw new Refusal('INVALID_PRIORITY', `a priority is a whole number of ${DEFAULT_PRIORITY} to ${PRIORITY_MAX}`);
};

/** @throws Refusal `INVALID_AMOUNT`, `WORKLOAD_NOT_FOUND`: neither held nor given rates; `INVALID_PRIORITY`, `CAPACITY_OVERFLOW` */
export const activate = (command: ActivateWorkload, pool: Pool, at: Seconds): readonly MemberEvent[] => {
  const { workloadId, nodeId, priority } = command;
  if (command.rates !== undefined) requireAmounts(command.rates);
  if (pool.members.has(workloadId)) return [];
  requireNotMoving(pool, workloadId);
  const hold = pool.holds.get(workloadId);
  const rates = command.rates ?? hold?.rates;
  const formulaVersion = command.formulaVersion ?? hold?.formulaVersion ?? FORMULA_VERSION;
  if (rates === undefined)
    throw new Refusal('WORKLOAD_NOT_FOUND', `nothing is held for workload ${workloadId}`, { workload: String(workloadId) });
  requireRates(plusEach(plusEach(pool.rates, pool.pausedRates), rates));
  requirePriority(priority);
  return [{ type: 'workload-activated', workloadId, rates, formulaVersion, nodeId, priority, at }];
};

export const release = ({ workloadId, cause }: Omit<ReleaseWorkload, 'type'>, pool: Pool, at: Seconds): readonly MemberEvent[] => {
  const member = pool.members.get(workloadId);
  if (member !== undefined) return [{ type: 'workload-released', workloadId, rates: member.rates, cause, at }];
  if (!pool.holds.has(workloadId)) {
    requireNotDeparted(pool, workloadId);
    return [];
  }
  return [{ type: 'hold-released', workloadId, cause: cause === 'deleted' ? 'cancelled' : cause, at }];
};

/** @throws Refusal `INVALID_AMOUNT`, `CAPACITY_OVERFLOW`, `CAPACITY_INSUFFICIENT` */
export const replace = (command: ReplaceWorkload, pool: Pool, at: Seconds): readonly MemberEvent[] => {
  const released = release({ workloadId: command.replacedId, cause: 'deleted', at }, pool, at);
  const held = hold(command, released.reduce<Pool>(evolvePool, pool), at);
  return [...released, ...held];
};

/** @throws Refusal `INVALID_AMOUNT`, `CAPACITY_OVERFLOW` */
export const rebase = ({ rates, formulaVersion }: RebaseRates, pool: Pool, at: Seconds): readonly MemberEvent[] => {
  for (const given of rates.values()) requireAmounts(given);
  const ids = pool.members.keys();
  const members = ids.flatMap(workloadId => {
    const before = pool.members.get(workloadId)?.rates;
    const after = rates.get(workloadId);
    return before === undefined || after === undefined ? [] : [{ workloadId, before, after }];
  });
  requireRates(members.reduce<Amounts>((sum, { before, after }) => plusEach(minusEach(sum, before), after), pool.rates));
  const missing = ids.filter(workloadId => !rates.has(workloadId));
  return [{ type: 'rates-rebased', members, missing, formulaVersion, at }];
};

/** How a workload stands to a pool, for the answer to a command that may change nothing (capacity §12 D5). */
export const membership = (pool: Pool, workloadId: number, rates: Amounts): 'none' | 'same-rates' | 'other-rates' => {
  const member = pool.members.get(workloadId);
  if (member === undefined) return 'none';
  return equalEach(member.rates, rates) ? 'same-rates' : 'other-rates';
};
