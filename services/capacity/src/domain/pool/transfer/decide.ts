import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { formatMilli } from '../../amount/text.js';
import { DIMENSIONS, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import type { PoolChanged } from '../events.js';
import { requireAmounts, requireBalance, requireRates, requireWholeUnits } from '../limits.js';
import type { Pool } from '../state.js';
import { isMoving } from './departed.js';
import type { RefuseTransfer, ReturnTransfer, SettleTransfer, TransferIn, TransferOut, VoidTransfer } from './commands.js';
import { drainOfAll, leave, WORKLOADS_PER_TRANSFER_MAX } from './leave.js';
import { nextOfMerge } from './merge.js';
import { transferable } from './runway.js';
import type { Cargo, MovedMember } from './state.js';

/** @throws Refusal `WORKLOAD_NOT_FOUND`, `TOO_MANY_WORKLOADS` */
const membersNamed = (pool: Pool, workloadIds: readonly number[]): readonly MovedMember[] => {
  if (workloadIds.length > WORKLOADS_PER_TRANSFER_MAX) {
    const message = `at most ${WORKLOADS_PER_TRANSFER_MAX} workloads go along with a transfer`;
    throw new Refusal('TOO_MANY_WORKLOADS', message, { limit: String(WORKLOADS_PER_TRANSFER_MAX) });
  }
  return [...new Set(workloadIds)].map(workloadId => {
    const member = pool.members.get(workloadId);
    if (member !== undefined) return { workloadId, member };
    throw new Refusal('WORKLOAD_NOT_FOUND', `workload ${workloadId} is no member of the pool`, { workload: String(workloadId) });
  });
};

const requireRunway = (pool: Pool, amounts: Amounts, leaving: readonly MovedMember[], at: Seconds): void => {
  const most = transferable(pool, at, leaving);
  const short = DIMENSIONS.find(dimension => of(amounts, dimension) > of(most, dimension));
  if (short === undefined) return;
  const units = formatMilli(of(most, short));
  throw new Refusal('RUNWAY_TOO_SHORT', `what stays of ${short} would not last`, { dimension: short, transferable: units });
};

/**
 * A transfer that is known already, and is the same, changes nothing.
 * @throws Refusal `INVALID_AMOUNT`, `NO_EFFECT`, `TRANSFER_TO_ITSELF`, `MERGE_PENDING`, `WORKLOAD_NOT_FOUND`, `TOO_MANY_WORKLOADS`;
 * `RUNWAY_TOO_SHORT` naming the dimension and the unit-seconds that could leave
 */
export const transferOut = (command: TransferOut, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const { transferId, peer, amounts, workloadIds, isConsented } = command;
  if (pool.transfers.byId.has(transferId)) return [];
  if (pool.transfers.merging !== undefined) throw new Refusal('MERGE_PENDING', 'the pool is being merged into another one');
  if (peer === pool.id) throw new Refusal('TRANSFER_TO_ITSELF', 'a pool transfers to another pool');
  requireAmounts(amounts);
  requireWholeUnits(amounts);
  const members = membersNamed(pool, workloadIds);
  if (members.length === 0 && amounts.every(amount => amount === 0)) throw new Refusal('NO_EFFECT', 'the transfer carries nothing');
  requireRunway(pool, amounts, members, at);
  return [leave(pool, { transferId, peer, purpose: 'transfer', isConsented }, amounts, members, at)];
};

/**
 * @throws Refusal `TRANSFER_VOIDED`, `OWNER_MISMATCH`, `WORKLOAD_EXISTS`, `CAPACITY_OVERFLOW`
 */
export const transferIn = (command: TransferIn, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const { transferId, peer, owner, isConsented, amounts, parts, members } = command;
  if (hasArrived(pool, transferId)) return [];
  if (owner !== pool.owner && !isConsented)
    throw new Refusal('OWNER_MISMATCH', 'the pools have different owners, and they have not agreed');
  const present = members.find(({ workloadId }) => pool.members.has(workloadId) || isMoving(pool, workloadId));
  if (present !== undefined) throw new Refusal('WORKLOAD_EXISTS', `workload ${present.workloadId} is a member here, too, or may come back`);
  requireBalance(plusEach(settle(pool, at).balance, amounts));
  requireRates(plusEach(pool.rates, drainOfAll(members)));
  return [{ type: 'capacity-transferred-in', transferId, peer, amounts, parts, members, at }];
};

/** It has arrived; a merge goes on with its next part. */
export const settleTransfer = ({ transferId }: SettleTransfer, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const pending = pool.transfers.pending.find(transfer => transfer.transferId === transferId);
  if (pending === undefined) return [];
  return [{ type: 'capacity-transfer-settled', transferId, peer: pending.peer, at }, ...nextOfMerge(pool, at, transferId)];
};

/**
 * Whether something that another pool has sent is here already.
 * @throws Refusal `TRANSFER_VOIDED`: it was refused, and taken back since
 */
export const hasArrived = ({ transfers }: Pool, transferId: string): boolean => {
  const record = transfers.byId.get(transferId);
  if (record?.status === 'voided') throw new Refusal('TRANSFER_VOIDED', 'the transfer was refused and taken back');
  return record !== undefined;
};

export const refuseTransfer = ({ transferId, code }: RefuseTransfer, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const pending = pool.transfers.pending.find(transfer => transfer.transferId === transferId);
  if (pending === undefined || pending.refusal !== undefined) return [];
  return [{ type: 'capacity-transfer-refused', transferId, peer: pending.peer, code, at }];
};

/** @throws Refusal `TRANSFER_ARRIVED`: it has come after all */
export const voidTransfer = ({ transferId, peer }: VoidTransfer, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const status = pool.transfers.byId.get(transferId)?.status;
  if (status === 'voided') return [];
  if (status !== undefined) throw new Refusal('TRANSFER_ARRIVED', 'the transfer has arrived');
  return [{ type: 'capacity-transfer-voided', transferId, peer, at }];
};

/** It never arrives; a merge goes no further. */
export const returnTransfer = ({ transferId, code }: ReturnTransfer, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  const pending = pool.transfers.pending.find(transfer => transfer.transferId === transferId);
  if (pending === undefined) return [];
  const { peer, purpose, amounts, parts, members } = pending;
  const cargo: Cargo = { amounts, parts, members };
  const { merging } = pool.transfers;
  const stopped: readonly PoolChanged[] =
    merging !== undefined && transferId === `${merging.mergeId}:${merging.count}`
      ? [{ type: 'merge-stopped', mergeId: merging.mergeId, code, at }]
      : [];
  return [{ type: 'capacity-transfer-returned', transferId, peer, purpose, ...cargo, code, at }, ...stopped];
};
