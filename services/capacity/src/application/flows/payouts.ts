import { isRefusal } from '@drawdown/errors';
import type { Pool, RefundPayout } from '../../domain/index.js';
import type { CallLimits, CapacityCalls } from '../calls.js';

/**
 * Tells the reservations that bought what a pool has given back how much of their price goes back; they pay it the way they were paid (capacity
 * §15.10). A reservation knows what it was told, so this may be done as often as anybody likes.
 * @returns where it all can be seen
 * @throws Fault: it is to be tried again
 */
export const settlePayouts = async (calls: CapacityCalls, pool: Pool, nowMs: number, limits: CallLimits): Promise<string> => {
  const { id: poolId, namespace, lots } = pool;
  const given = { createdAtMs: nowMs, bodyHash: 'owed' } as const;
  const tell = async ({ reservationId, amount }: RefundPayout, returnId: string): Promise<boolean> => {
    if (amount === 0n) return true;
    if (reservationId === undefined) return false;
    try {
      const command = { type: 'return-capacity', returnId, amount } as const;
      await calls.execute('reservation', namespace, reservationId, { ...given, id: `return:${returnId}`, command }, limits);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  };
  const positions: string[] = [];
  for (const refundId of lots.unpaid) {
    let isTold = true;
    for (const payout of lots.refunds.get(refundId)?.payouts ?? []) isTold = (await tell(payout, `${poolId}/${refundId}`)) && isTold;
    // What nobody can pay stays owed and can be seen; it stands in nobody's way.
    if (!isTold) continue;
    const confirmed = { ...given, id: `paid-out:${refundId}`, command: { type: 'confirm-payout', refundId } } as const;
    positions.push((await calls.execute('pool', namespace, poolId, confirmed, limits)).position);
  }
  return calls.merged(...positions);
};
