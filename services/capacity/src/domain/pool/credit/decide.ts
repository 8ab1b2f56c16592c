import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../../amount/instant.js';
import { plusEach } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { requireAmounts, requireBalance } from '../limits.js';
import type { Pool } from '../state.js';
import type { CreditPool, VoidCredit } from './commands.js';
import type { CreditEvent } from './events.js';

/** @throws Refusal `INVALID_AMOUNT`, `CAPACITY_OVERFLOW`, `LOT_EXPIRED`, or why the credit was refused before */
export const credit = ({ source, amounts, nodeIds, bought, expiresAt }: CreditPool, pool: Pool, at: Seconds): readonly CreditEvent[] => {
  requireAmounts(amounts);
  if ('reservationId' in source) {
    if (pool.credits.has(source.reservationId)) return [];
    requireNotVoided(pool, source.reservationId);
  }
  requireBalance(plusEach(settle(pool, at).balance, amounts));
  const nodesAdded = nodeIds.length === 0 ? nodeIds : nodeIds.filter(nodeId => !pool.nodeIds.includes(nodeId));
  if (bought === undefined && expiresAt === undefined) return [{ type: 'capacity-credited', source, amounts, nodesAdded, at }];
  if (expiresAt !== undefined && expiresAt <= at) throw new Refusal('LOT_EXPIRED', 'the credit would be gone already');
  return [{ type: 'capacity-credited', source, amounts, nodesAdded, bought, expiresAt, at }];
};

/** A copy of a credit whose money went back must not be taken, however much room there is by then. */
const requireNotVoided = (pool: Pool, reservationId: number): void => {
  const voided = pool.voidedCredits.get(reservationId);
  if (voided !== undefined) throw new Refusal(voided.code, `reservation ${reservationId} was refused before`);
};

/** @throws Refusal `RESERVATION_CREDITED`: the pool has taken it after all */
export const voidCredit = ({ reservationId, code }: VoidCredit, pool: Pool, at: Seconds): readonly CreditEvent[] => {
  if (pool.credits.has(reservationId)) throw new Refusal('RESERVATION_CREDITED', `reservation ${reservationId} is credited`);
  return pool.voidedCredits.has(reservationId) ? [] : [{ type: 'credit-voided', reservationId, code, at }];
};
