import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { settle } from '../account.js';
import type { ChangePool } from '../commands.js';
import type { PoolChanged } from '../events.js';
import { hasChildren } from '../loan/account.js';
import type { Pool } from '../state.js';
import type { ClosePool } from './commands.js';

/**
 * Closes a pool. Its holds end; its members have nothing left to drain and are stopped as after any exhaustion. A pool that is closed already
 * stays as it is.
 * @throws Refusal `TRANSFER_PENDING`, `LOAN_OUTSTANDING`: what is on its way to or from another pool has to arrive first
 */
export const close = ({ cause }: Pick<ClosePool, 'cause'>, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  if (pool.closing !== undefined) return [];
  if (pool.transfers.pending.length > 0) throw new Refusal('TRANSFER_PENDING', 'capacity is on its way to another pool');
  if (pool.borrowing !== undefined) throw new Refusal('LOAN_OUTSTANDING', 'the pool borrows: the borrowing has to end first');
  if (hasChildren(pool)) throw new Refusal('LOAN_OUTSTANDING', 'the pool lends: its borrowers have to leave first');
  const cancelled = pool.holds.keys().map((workloadId): PoolChanged => ({ type: 'hold-released', workloadId, cause: 'cancelled', at }));
  return [...cancelled, { type: 'pool-closed', cause, forfeited: settle(pool, at).balance, at }];
};

/** Whether a command still means something to a pool that is closed. */
const isStillAccepted = (command: ChangePool, pool: Pool): boolean => {
  switch (command.type) {
    case 'release':
    case 'close':
    case 'void-credit':
    case 'end-top-up':
    case 'confirm-payout':
    case 'transfer-settled':
    case 'transfer-refused':
    case 'void-transfer':
      return true;
    case 'credit':
      return 'reservationId' in command.source && pool.credits.has(command.source.reservationId);
    case 'transfer-in':
    case 'transfer-out':
      return pool.transfers.byId.has(command.transferId);
    case 'merge':
      return pool.closing?.cause === mergeCause(command.mergeId);
    case 'activate':
    case 'borrow':
    case 'end-borrowing':
    case 'schedule-loan':
    case 'loan-heard':
    case 'parent-lost':
    case 'answer-loan':
    case 'answer-heard':
    case 'child-lost':
    case 'repay-loan':
    case 'change-nodes':
    case 'hold':
    case 'hold-all':
    case 'pause':
    case 'pause-workloads':
    case 'resume':
    case 'resume-workloads':
    case 'set-policy':
    case 'rebase':
    case 'refund':
    case 'replace':
    case 'reverse-payment':
    case 'transfer-ownership':
    case 'transfer-returned':
      return false;
  }
};

/** Why a pool was closed that was merged into another. */
export const mergeCause = (mergeId: string): string => `merge:${mergeId}`;

/** @throws Refusal `POOL_CLOSED`; what was done before it was closed may be asked for again, and changes nothing. */
export const requireNotClosed = (command: ChangePool, pool: Pool): void => {
  if (pool.closing !== undefined && !isStillAccepted(command, pool)) {
    throw new Refusal('POOL_CLOSED', `pool ${pool.id} was closed`, { closedAt: String(pool.closing.at) });
  }
};
