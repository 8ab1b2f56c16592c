import type { InstantMs } from '@drawdown/calendar';
import type { ResourceRecord } from './record.js';

/** A record scheduled afresh: a new cycle, due at a deadline (reconciliation §3). */
export const scheduleAfresh = (record: ResourceRecord, now: InstantMs, deadline: InstantMs): ResourceRecord => ({
  ...record,
  state: 'scheduled',
  cycleAttempt: 0,
  scheduledAt: now,
  syncedAt: null,
  nextAttemptAt: deadline,
  lease: null,
});

/**
 * What a wake makes of a record that no attempt runs on (§6.5): what waits becomes due earlier, never later; what rests starts a new cycle.
 * Answers the same record if nothing changes.
 */
export const wakeResting = (record: ResourceRecord, now: InstantMs, deadline: InstantMs): ResourceRecord => {
  if (record.nextAttemptAt === null) return scheduleAfresh(record, now, deadline);
  return deadline < record.nextAttemptAt ? { ...record, nextAttemptAt: deadline } : record;
};

/** Lets a wake that came during the attempt act on what the attempt left. */
export const withKeptWake = (record: ResourceRecord, now: InstantMs): ResourceRecord =>
  record.wakeAt === null ? record : { ...wakeResting(record, now, record.wakeAt), wakeAt: null };
