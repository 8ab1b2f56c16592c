import type { PoolOwed } from '../owed.js';
import type { Identified } from '../../reservation/owed.js';
import type { PoolCommand } from '../commands.js';
import type { Pool } from '../state.js';
import type { PendingTransfer } from './state.js';

const settled = ({ transferId, at }: PendingTransfer): Identified<PoolCommand> => ({
  id: `transfer-settled:${transferId}`,
  command: { type: 'transfer-settled', transferId, at },
});

const returned = ({ transferId, at }: PendingTransfer, code: string): Identified<PoolCommand> => ({
  id: `transfer-returned:${transferId}`,
  command: { type: 'transfer-returned', transferId, code, at },
});

/** What was refused is taken back only when the other pool cannot take it any more, whatever is repeated. */
const voidingOf = ({ id }: Pool, transfer: PendingTransfer, refusal: string): PoolOwed => {
  const { transferId, peer, at } = transfer;
  return {
    id: `transfer-void:${transferId}`,
    poolId: peer,
    command: { type: 'void-transfer', transferId, peer: id, at },
    accepted: returned(transfer, refusal),
    refused: code => (code === 'TRANSFER_ARRIVED' ? settled(transfer) : returned(transfer, refusal)),
  };
};

const owedFor = (pool: Pool, transfer: PendingTransfer): PoolOwed => {
  if (transfer.refusal !== undefined) return voidingOf(pool, transfer, transfer.refusal);
  const { id } = pool;
  const { transferId, peer, owner, purpose, isConsented, amounts, parts, members, at } = transfer;
  return {
    id: `transfer-in:${transferId}`,
    poolId: peer,
    command:
      purpose === 'repayment'
        ? { type: 'repay-loan', transferId, child: id, amounts, at }
        : { type: 'transfer-in', transferId, peer: id, owner, isConsented, amounts, parts, members, at },
    accepted: settled(transfer),
    refused: code => ({ id: `transfer-refused:${transferId}`, command: { type: 'transfer-refused', transferId, code, at } }),
  };
};

/** Every transfer that has left and not ended is owed to the other pool (capacity §15.9). */
export const transfersOwedBy = (pool: Pool): readonly PoolOwed[] => pool.transfers.pending.map(transfer => owedFor(pool, transfer));
