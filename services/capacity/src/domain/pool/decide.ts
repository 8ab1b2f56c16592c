import { Refusal } from '@drawdown/errors';
import type { Exact } from '../amount/exact.js';
import { BALANCE_MILLIUNIT_SECONDS_MAX, RATE_MILLIUNITS_MAX } from '../amount/limits.js';
import type { Seconds } from '../amount/instant.js';
import { equalEach, isAbove, minusEach, plusEach, type Amounts } from '../amount/per-dimension.js';
import { settle } from './account.js';
import { requireRoom } from './admission.js';
import type {
  ActivateWorkload,
  CreditPool,
  HoldWorkload,
  OpenPool,
  PoolCommand,
  RebaseRates,
  ReleaseWorkload,
  ReplaceWorkload,
} from './commands.js';
import { catchUp, checkDue, isOverdue } from './due.js';
import type { PoolEvent, RatesRebased } from './events.js';
import { evolvePool } from './evolve.js';
import { withFollowUps } from './replenish.js';
import type { Pool } from './state.js';

/**
 * What a command comes to. What the pool had due before comes first (capacity §13.6). Nothing at all is recorded of a command that changes
 * nothing: a workload added twice, a removal of none, a reservation credited again, a check that finds nothing.
 * @throws Refusal `POOL_NOT_FOUND`, `POOL_EXISTS`, `INVALID_AMOUNT`, `CAPACITY_OVERFLOW`, `CAPACITY_INSUFFICIENT`; nothing is recorded then.
 */
export const decidePool = (command: PoolCommand, pool: Pool | undefined): readonly PoolEvent[] => {
  if (command.type === 'open') return open(command, pool);
  if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'there is no such pool');
  const at = Math.max(command.at, pool.lastAt);
  if (command.type === 'check') return checkDue(pool, at);
  if (!isOverdue(pool, at)) return withFollowUps(pool, decideChange(command, pool, at), at);
  const overdue = catchUp(pool, at);
  const changes = decideChange(command, overdue.pool, at);
  return changes.length === 0 ? [] : [...overdue.events, ...withFollowUps(overdue.pool, changes, at)];
};

type Change = Exclude<PoolCommand, { readonly type: 'open' | 'check' }>;

const decideChange = (command: Change, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  switch (command.type) {
    case 'credit':
      return credit(command, pool, at);
    case 'hold':
      return hold(command, pool, at);
    case 'activate':
      return activate(command, pool, at);
    case 'release':
      return release(command, pool, at);
    case 'replace':
      return replace(command, pool, at);
    case 'rebase':
      return rebase(command, pool, at);
  }
};

const open = ({ poolId, namespace, owner, sponsor, nodeIds, at }: OpenPool, pool: Pool | undefined): readonly PoolEvent[] => {
  if (pool !== undefined) throw new Refusal('POOL_EXISTS', `pool ${poolId} is open already`, { pool: String(poolId) });
  return [{ type: 'pool-opened', poolId, namespace, owner, sponsor, nodeIds, at }];
};

const isAmount = (value: Exact): boolean => value >= 0 && (typeof value === 'bigint' || Number.isSafeInteger(value));

/** Amounts are never negative and never finer than a milliunit (capacity §12 D6); 0 is an amount. */
const requireAmounts = (amounts: Amounts): void => {
  if (!amounts.every(isAmount)) throw new Refusal('INVALID_AMOUNT', 'an amount is a whole number of milliunits, 0 or more');
};

const overflow = (what: string, limit: bigint): Refusal =>
  new Refusal('CAPACITY_OVERFLOW', `the ${what} would exceed ${limit} in a dimension`, { limit: String(limit) });

const requireRates = (rates: Amounts): void => {
  if (isAbove(rates, RATE_MILLIUNITS_MAX)) throw overflow('rate in milliunits', RATE_MILLIUNITS_MAX);
};

const credit = ({ source, amounts, nodeIds }: CreditPool, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  requireAmounts(amounts);
  if ('reservationId' in source && pool.credits.has(source.reservationId)) return [];
  if (isAbove(plusEach(settle(pool, at).balance, amounts), BALANCE_MILLIUNIT_SECONDS_MAX)) {
    throw overflow('balance in milliunit-seconds', BALANCE_MILLIUNIT_SECONDS_MAX);
  }
  const nodesAdded = nodeIds.filter(nodeId => !pool.nodeIds.includes(nodeId));
  return [{ type: 'capacity-credited', source, amounts, nodesAdded, at }];
};

const hold = (command: Omit<HoldWorkload, 'type'>, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  const { workloadId, rates, formulaVersion, until, horizonSeconds } = command;
  requireAmounts(rates);
  if (pool.members.has(workloadId) || pool.holds.has(workloadId)) return [];
  requireRates(plusEach(plusEach(pool.rates, pool.heldRates), rates));
  requireRoom(pool, rates, at, horizonSeconds);
  return [{ type: 'workload-held', workloadId, rates, formulaVersion, until, at }];
};

const activate = (command: ActivateWorkload, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  const { workloadId, rates, formulaVersion, nodeId } = command;
  requireAmounts(rates);
  if (pool.members.has(workloadId)) return [];
  requireRates(plusEach(pool.rates, rates));
  return [{ type: 'workload-activated', workloadId, rates, formulaVersion, nodeId, at }];
};

const release = ({ workloadId, cause }: Omit<ReleaseWorkload, 'type'>, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  const member = pool.members.get(workloadId);
  if (member !== undefined) return [{ type: 'workload-released', workloadId, rates: member.rates, cause, at }];
  if (!pool.holds.has(workloadId)) return [];
  return [{ type: 'hold-released', workloadId, cause: cause === 'deleted' ? 'cancelled' : cause, at }];
};

const replace = (command: ReplaceWorkload, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  const released = release({ workloadId: command.replacedId, cause: 'deleted', at }, pool, at);
  const held = hold(command, released.reduce<Pool>(evolvePool, pool), at);
  return [...released, ...held];
};

const rebase = ({ rates, formulaVersion }: RebaseRates, pool: Pool, at: Seconds): readonly PoolEvent[] => {
  for (const given of rates.values()) requireAmounts(given);
  const ids = pool.members.keys();
  const members = ids.flatMap(workloadId => {
    const before = pool.members.get(workloadId)?.rates;
    const after = rates.get(workloadId);
    return before === undefined || after === undefined ? [] : [{ workloadId, before, after }];
  });
  requireRates(members.reduce<Amounts>((sum, { before, after }) => plusEach(minusEach(sum, before), after), pool.rates));
  const missing = ids.filter(workloadId => !rates.has(workloadId));
  const event: RatesRebased = { type: 'rates-rebased', members, missing, formulaVersion, at };
  return [event];
};

/** How a workload stands to a pool, for the answer to a command that may change nothing (capacity §12 D5). */
export const membership = (pool: Pool, workloadId: number, rates: Amounts): 'none' | 'same-rates' | 'other-rates' => {
  const member = pool.members.get(workloadId);
  if (member === undefined) return 'none';
  return equalEach(member.rates, rates) ? 'same-rates' : 'other-rates';
};
