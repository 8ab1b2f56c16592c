import type { PoolOwed } from '../owed.js';
import type { Pool } from '../state.js';
import type { PendingTransfer } from './state.js';

const owedFor = ({ id }: Pool, transfer: PendingTransfer): PoolOwed => {
  const { transferId, peer, owner, purpose, isConsented, amounts, parts, members, at } = transfer;
  return {
    id: `transfer-in:${transferId}`,
    poolId: peer,
    command:
      purpose === 'repayment'
        ? { type: 'repay-loan', transferId, child: id, amounts, at }
        : { type: 'transfer-in', transferId, peer: id, owner, isConsented, amounts, parts, members, at },
    accepted: { id: `transfer-settled:${transferId}`, command: { type: 'transfer-settled', transferId, at } },
    refused: code => ({ id: `transfer-returned:${transferId}`, command: { type: 'transfer-returned', transferId, code, at } }),
  };
};

/** Every transfer that has left and not ended is owed to the other pool (capacity §15.9). */
export const transfersOwedBy = (pool: Pool): readonly PoolOwed[] => pool.transfers.pending.map(transfer => owedFor(pool, transfer));
