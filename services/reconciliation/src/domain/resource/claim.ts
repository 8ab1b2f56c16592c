import type { InstantMs } from '@drawdown/calendar';
import { LIMITS } from '../limits.js';
import type { ResourceCommand } from './commands.js';
import { withError } from './errors-kept.js';
import type { Decision } from './events.js';
import { isSuspended, OWN_VERSION, type Lease, type Resource, type ResourceRecord } from './record.js';
import { withKeptWake } from './schedule.js';

/**
 * `gone`: no record; `notDue`: its deadline lies ahead; `leased`: another attempt may still run; `notClaimable`: it rests;
 * `degraded`: the lost attempt was the last one allowed, so nothing is run.
 */
export type ClaimAnswer =
  | { readonly outcome: 'claimed'; readonly attempt: number; readonly cycleAttempt: number; readonly generation: number }
  | { readonly outcome: 'gone' | 'suspended' | 'notDue' | 'leased' | 'notClaimable' | 'degraded' };

/** From when on a lease may be taken over, that instant included. */
export const takeOverAt = (lease: Pick<Lease, 'expiresAt'>): InstantMs => lease.expiresAt + LIMITS.leaseSkewMs;

/** An owner wants to work: whatever woke it, the record decides (T2, T9). */
export const decideClaim = (command: ResourceCommand<'claim'>, record: Resource): Decision<ClaimAnswer> => {
  const { now } = command;
  if (record === undefined) return { answer: { outcome: 'gone' } };
  if (isSuspended(record, now)) return { answer: { outcome: 'suspended' } };
  if (record.lease !== null)
    return now < takeOverAt(record.lease) ? { answer: { outcome: 'leased' } } : takeOver(command, record, record.lease);
  if (record.nextAttemptAt === null) return { answer: { outcome: 'notClaimable' } };
  return now < record.nextAttemptAt ? { answer: { outcome: 'notDue' } } : claimed(begin(record, command));
};

/** A record with one more attempt begun. */
const begin = (record: ResourceRecord, { now, owner }: ResourceCommand<'claim'>): ResourceRecord => ({
  ...record,
  state: 'pending',
  attempt: record.attempt + 1,
  cycleAttempt: record.cycleAttempt + 1,
  attemptedAt: now,
  syncedAt: null,
  nextAttemptAt: null,
  suspended: null,
  leaseToken: record.leaseToken + 1,
  lease: { owner, token: OWN_VERSION, expiresAt: now + LIMITS.leaseMs, requestSeq: record.requestSeq, generation: record.generation },
});

const claimed = (record: ResourceRecord): Decision<ClaimAnswer> => ({
  answer: { outcome: 'claimed', attempt: record.attempt, cycleAttempt: record.cycleAttempt, generation: record.generation },
  event: { type: 'attempt-claimed', record },
});

/** T9: the attempt that held the lease is lost; it counts, and if it was the last one allowed nothing is run any more. */
const takeOver = (command: ResourceCommand<'claim'>, record: ResourceRecord, lost: Lease): Decision<ClaimAnswer> => {
  const { now } = command;
  const error = { at: now, attempt: record.attempt, error: `attempt ${record.attempt} abandoned`, trace: '' };
  const cycle = record.requestSeq > lost.requestSeq ? { cycleAttempt: 0, scheduledAt: now } : {};
  const begun = begin({ ...record, ...withError(record, error), ...cycle }, command);
  if (begun.cycleAttempt <= begun.maxAttempts) return claimed(begun);
  const after = withKeptWake({ ...begun, state: 'degraded', lease: null }, now);
  return { answer: { outcome: 'degraded' }, event: { type: 'attempt-failed', category: 'object_failed', record: after } };
};
