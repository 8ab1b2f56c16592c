import type { InstantMs } from '@drawdown/calendar';
import type { Retention, ResourceCommand } from './commands.js';
import type { Decision } from './events.js';
import type { Resource, ResourceRecord } from './record.js';
import { scheduleAfresh } from './schedule.js';

/** `left`: the record is not, or no longer, what the pass looks for. */
export type PassAnswer = 'done' | 'left';

const LEFT = { answer: 'left' } as const;

/** Whether a synced record is too old: its age is compared strictly (reconciliation §8). */
export const isOverAge = (record: ResourceRecord, ttlMs: number, now: InstantMs): boolean =>
  record.state === 'synced' && record.syncedAt !== null && ttlMs > 0 && now - record.syncedAt > ttlMs;

/** T11 by the expirer. */
export const decideExpire = (command: ResourceCommand<'expire'>, record: Resource): Decision<PassAnswer> =>
  record !== undefined && isOverAge(record, command.ttlMs, command.now)
    ? { answer: 'done', event: { type: 'resource-expired', record: { ...record, state: 'expired' } } }
    : LEFT;

/** T12 by the rescheduler. */
export const decideReschedule = (command: ResourceCommand<'reschedule'>, record: Resource): Decision<PassAnswer> =>
  record?.state === 'expired'
    ? { answer: 'done', event: { type: 'resource-rescheduled', record: scheduleAfresh(record, command.now, command.now) } }
    : LEFT;

/** Whether a record has rested long enough to be forgotten; strictly, and only in three states (§9). */
export const isRemovable = (record: ResourceRecord, retention: Retention, now: InstantMs): boolean => {
  const { state, attemptedAt, syncedAt } = record;
  if (state === 'synced') return !retention.expires && syncedAt !== null && syncedAt < now - retention.syncedMs;
  if (state !== 'deleted' && state !== 'degraded') return false;
  return attemptedAt !== null && attemptedAt < now - (state === 'deleted' ? retention.deletedMs : retention.degradedMs);
};

/** T14 by the cleaner. */
export const decideRemove = (command: ResourceCommand<'remove'>, record: Resource): Decision<PassAnswer> =>
  record !== undefined && isRemovable(record, command.retention, command.now)
    ? { answer: 'done', event: { type: 'resource-removed', record: undefined } }
    : LEFT;
