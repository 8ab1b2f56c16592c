import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { plusEach } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { requireAmounts, requireBalance } from '../limits.js';
import type { Pool } from '../state.js';
import type { CreditPool } from './commands.js';
import type { CreditEvent } from './events.js';

/** @throws Refusal `INVALID_AMOUNT`, `CAPACITY_OVERFLOW`, `LOT_EXPIRED` */
export const credit = ({ source, amounts, nodeIds, bought, expiresAt }: CreditPool, pool: Pool, at: Seconds): readonly CreditEvent[] => {
  requireAmounts(amounts);
  if ('reservationId' in source && pool.credits.has(source.reservationId)) return [];
  requireBalance(plusEach(settle(pool, at).balance, amounts));
  const nodesAdded = nodeIds.length === 0 ? nodeIds : nodeIds.filter(nodeId => !pool.nodeIds.includes(nodeId));
  if (bought === undefined && expiresAt === undefined) return [{ type: 'capacity-credited', source, amounts, nodesAdded, at }];
  if (expiresAt !== undefined && expiresAt <= at) throw new Refusal('LOT_EXPIRED', 'the credit would be gone already');
  return [{ type: 'capacity-credited', source, amounts, nodesAdded, bought, expiresAt, at }];
};
