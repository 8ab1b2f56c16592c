import { Fault } from '@drawdown/errors';
import type { Resource, ResourceRecord, ResourceState } from './record.js';

const WITH_SYNCED_AT: ReadonlySet<ResourceState> = new Set(['synced', 'expired', 'deleted']);
const WITH_DEADLINE: ReadonlySet<ResourceState> = new Set(['scheduled', 'failed']);

const check = (holds: boolean, record: ResourceRecord, what: string): void => {
  if (holds) return;
  const { kind, objectId, state } = record;
  throw new Fault('INVARIANT_BROKEN', `${kind}/${objectId} would be ${state} although ${what}`, { kind, objectId });
};

/**
 * Asserts what must hold of every record that is written (reconciliation §2.5, I1–I6; I7 holds because a record has one lease).
 * @throws Fault `INVARIANT_BROKEN`: a mistake of ours, and nothing may be appended.
 */
export const assertInvariants = (before: Resource, after: ResourceRecord): void => {
  const { state } = after;
  check((after.syncedAt !== null) === WITH_SYNCED_AT.has(state), after, 'syncedAt belongs to synced, expired and deleted');
  check((after.nextAttemptAt !== null) === WITH_DEADLINE.has(state), after, 'a deadline belongs to scheduled and failed');
  check((after.lease !== null) === (state === 'pending'), after, 'a lease belongs to pending');
  check(after.wakeAt === null || state === 'pending', after, 'a kept wake belongs to pending');
  check(state === 'pending' || after.cycleAttempt <= after.maxAttempts + 1, after, 'its cycle has too many attempts');
  check(after.attempt >= after.cycleAttempt, after, 'its cycle has more attempts than its life');
  check(after.cycleAttempt >= 0, after, 'its cycle has a negative number of attempts');
  check(after.observedGeneration <= after.generation, after, 'it has observed what is not there yet');
  check(after.errorCount >= after.errors.length, after, 'it keeps more errors than it counts');
  if (before === undefined) return;
  check(after.leaseToken >= before.leaseToken, after, 'its claims went back');
  check(after.attempt >= before.attempt, after, 'its attempts went back');
  check(after.generation >= before.generation, after, 'its generation went back');
  check(after.requestSeq >= before.requestSeq, after, 'its requests went back');
};
