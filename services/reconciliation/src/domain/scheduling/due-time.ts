import type { InstantMs } from '@drawdown/calendar';
import { takeOverAt } from '../resource/claim.js';
import type { ResourceRecord } from '../resource/record.js';

/**
 * When the owner is to look at a record again; undefined: only when a newer one comes. Whatever stood in its queue is replaced by this,
 * earlier or later (reconciliation §15.3).
 * @param attemptIsOurs the attempt that holds the lease is the owner's own and still runs.
 */
export const dueTime = (record: ResourceRecord, attemptIsOurs: boolean): InstantMs | undefined => {
  if (record.suspended !== null && record.suspended.until === null) return undefined;
  const dueAt = record.lease === null ? record.nextAttemptAt : attemptIsOurs ? null : takeOverAt(record.lease);
  if (dueAt === null) return undefined;
  return Math.max(dueAt, record.suspended?.until ?? dueAt);
};
