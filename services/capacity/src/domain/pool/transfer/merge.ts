import { Refusal } from '@drawdown/errors';
import { quotient, times, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, of, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { close, mergeCause } from '../closing/decide.js';
import type { PoolChanged } from '../events.js';
import { isInTree } from '../loan/account.js';
import type { Pool } from '../state.js';
import type { MergePool } from './commands.js';
import { drainOfAll, leave, WORKLOADS_PER_TRANSFER_MAX } from './leave.js';
import type { Merging, MovedMember } from './state.js';

/**
 * Begins to send everything to another pool. Workloads go in parts, each with its share of the balance, so that both pools always last.
 * @throws Refusal `TRANSFER_TO_ITSELF`; `MERGE_PENDING`; `TRANSFER_PENDING`: what is on its way may still come back; `LOAN_OUTSTANDING`: a
 * pool leaves its tree first
 */
export const merge = ({ mergeId, into, isConsented }: MergePool, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const { merging } = pool.transfers;
  if (merging?.mergeId === mergeId || pool.closing?.cause === mergeCause(mergeId)) return [];
  if (merging !== undefined) throw new Refusal('MERGE_PENDING', 'the pool is being merged into another one');
  if (into === pool.id) throw new Refusal('TRANSFER_TO_ITSELF', 'a pool is merged into another pool');
  if (pool.transfers.pending.length > 0) throw new Refusal('TRANSFER_PENDING', 'capacity is on its way to another pool');
  if (isInTree(pool)) throw new Refusal('LOAN_OUTSTANDING', 'a pool leaves its tree first');
  const plan = { mergeId, into, isConsented };
  return [{ type: 'merge-begun', ...plan, at }, ...nextPart(pool, { ...plan, count: 0 }, at)];
};

/** What a merge sends after one of its transfers has arrived. */
export const nextOfMerge = (pool: Pool, at: Seconds, settledId: string): readonly PoolChanged[] => {
  const { merging, pending } = pool.transfers;
  if (merging === undefined || settledId !== `${merging.mergeId}:${merging.count}`) return [];
  const others = pending.filter(({ transferId }) => transferId !== settledId);
  return nextPart({ ...pool, transfers: { ...pool.transfers, pending: others } }, merging, at);
};

const nextPart = (pool: Pool, merging: Merging, at: Seconds): readonly PoolChanged[] => {
  const { balance } = settle(pool, at);
  const members = firstMembers(pool);
  if (members.length === 0 && balance.every(amount => amount === 0)) {
    return close({ cause: mergeCause(merging.mergeId) }, pool, at);
  }
  const { mergeId, into, isConsented, count } = merging;
  const leg = { transferId: `${mergeId}:${count + 1}`, peer: into, purpose: 'transfer', isConsented } as const;
  return [leave(pool, leg, shareOf(pool, balance, members), members, at)];
};

const firstMembers = (pool: Pool): readonly MovedMember[] => {
  const members: MovedMember[] = [];
  for (const [workloadId, member] of pool.members.entries()) {
    if (members.length === WORKLOADS_PER_TRANSFER_MAX) break;
    members.push({ workloadId, member });
  }
  return members;
};

const share = (balance: Exact, part: Exact, whole: Exact): Exact => (whole === 0 ? 0 : quotient(times(balance, part), whole));

/** Everything with the last members; with others as much of the balance as they have of the rates, rounded down. */
const shareOf = (pool: Pool, balance: Amounts, members: readonly MovedMember[]): Amounts => {
  if (members.length === pool.members.size) return balance;
  const rates = drainOfAll(members);
  return eachDimension(dimension => share(of(balance, dimension), of(rates, dimension), of(pool.rates, dimension)));
};
