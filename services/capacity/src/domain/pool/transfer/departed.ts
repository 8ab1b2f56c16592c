import { Refusal } from '@drawdown/errors';
import type { Pool } from '../state.js';
import type { Departure } from './state.js';

const departureOf = ({ transfers }: Pool, workloadId: number): Departure | undefined =>
  transfers.departed.size === 0 ? undefined : transfers.departed.get(workloadId);

/** Whether a workload has left and may still come back. */
export const isMoving = (pool: Pool, workloadId: number): boolean => {
  const departure = departureOf(pool, workloadId);
  return departure !== undefined && isPending(pool, departure);
};

const isPending = ({ transfers }: Pool, { transferId }: Departure): boolean =>
  transfers.pending.some(transfer => transfer.transferId === transferId);

/**
 * While a workload is on its way to another pool, nothing is decided about it here: it may still come back.
 * @throws Refusal `WORKLOAD_MOVING` naming the other pool; it answers soon
 */
export const requireNotMoving = (pool: Pool, workloadId: number): void => {
  const departure = departureOf(pool, workloadId);
  if (departure === undefined || !isPending(pool, departure)) return;
  throw new Refusal('WORKLOAD_MOVING', `workload ${workloadId} is on its way to pool ${departure.peer}`, { pool: String(departure.peer) });
};

/**
 * A workload that was sent to another pool is reported on there.
 * @throws Refusal `WORKLOAD_MOVED` naming that pool, `WORKLOAD_MOVING`
 */
export const requireNotDeparted = (pool: Pool, workloadId: number): void => {
  requireNotMoving(pool, workloadId);
  const departure = departureOf(pool, workloadId);
  if (departure === undefined) return;
  throw new Refusal('WORKLOAD_MOVED', `workload ${workloadId} is in pool ${departure.peer} now`, { pool: String(departure.peer) });
};
