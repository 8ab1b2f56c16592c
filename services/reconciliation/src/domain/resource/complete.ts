import { LIMITS } from '../limits.js';
import { retryDelayMs } from '../work/outcome.js';
import type { ResourceCommand } from './commands.js';
import { withError } from './errors-kept.js';
import type { Decision, ResourceEvent } from './events.js';
import type { Lease, Resource, ResourceRecord } from './record.js';
import { scheduleAfresh, withKeptWake } from './schedule.js';

/** `fenced`: the attempt is not, or no longer, the one that holds the lease; its result is dropped. */
export type CompleteAnswer = 'accepted' | 'fenced';

export type HeartbeatAnswer = { readonly outcome: 'extended'; readonly leaseExpiresAt: number } | { readonly outcome: 'fenced' };

/** A record under the lease that a token names; its expiry alone takes nothing away, another claim does. */
const heldBy = (record: Resource, token: number): (ResourceRecord & { readonly lease: Lease }) | undefined =>
  record?.lease?.token === token ? { ...record, lease: record.lease } : undefined;

export const decideHeartbeat = (command: ResourceCommand<'heartbeat'>, record: Resource): Decision<HeartbeatAnswer> => {
  const held = heldBy(record, command.token);
  if (held === undefined) return { answer: { outcome: 'fenced' } };
  const leaseExpiresAt = command.now + LIMITS.leaseMs;
  return {
    answer: { outcome: 'extended', leaseExpiresAt },
    event: { type: 'attempt-extended', record: { ...held, lease: { ...held.lease, expiresAt: leaseExpiresAt } } },
  };
};

/** An attempt is over (T3–T8, T10). */
export const decideComplete = (command: ResourceCommand<'complete'>, record: Resource): Decision<CompleteAnswer> => {
  const held = heldBy(record, command.token);
  if (held === undefined) return { answer: 'fenced' };
  const { now } = command;
  const settled = settle(command, held, held.lease);
  const isSuperseded = held.requestSeq > held.lease.requestSeq;
  const after = isSuperseded ? scheduleAfresh(settled.record, now, now) : settled.record;
  return {
    answer: 'accepted',
    event: {
      type: settled.type,
      record: withKeptWake({ ...after, lease: null }, now),
      ...(settled.category !== undefined && { category: settled.category }),
      ...(settled.category !== undefined && isSuperseded && { superseded: true }),
    },
  };
};

type Settled = Pick<ResourceEvent, 'type' | 'category'> & { readonly record: ResourceRecord };

/** What the outcome alone leaves behind, whether or not something newer was asked for. */
const settle = (command: ResourceCommand<'complete'>, record: ResourceRecord, lease: Lease): Settled => {
  const { now, outcome } = command;
  const observed = { observedGeneration: lease.generation };
  switch (outcome.type) {
    case 'success':
      return {
        type: 'attempt-succeeded',
        category: 'object_synced',
        record: { ...record, ...observed, state: 'synced', cycleAttempt: 0, syncedAt: now },
      };
    case 'requeue-after': {
      const seen = outcome.converged ? { ...record, ...observed } : record;
      return { type: 'attempt-requeued', record: scheduleAfresh(seen, now, now + outcome.delayMs) };
    }
    case 'stopped':
      return {
        type: 'attempt-released',
        record: { ...scheduleAfresh(record, now, now), cycleAttempt: record.cycleAttempt - 1 },
      };
    case 'delete':
      return {
        type: 'resource-deleted',
        category: 'object_deleted',
        record: { ...record, ...withError(record, errorOf(record, outcome, now)), state: 'deleted', syncedAt: now },
      };
    case 'error':
    case 'terminal': {
      const failed = { ...record, ...withError(record, errorOf(record, outcome, now)) };
      return { type: 'attempt-failed', category: 'object_failed', record: failOrDegrade(command, failed) };
    }
  }
};

const errorOf = (record: ResourceRecord, { error, trace }: { readonly error: string; readonly trace: string }, now: number) => ({
  at: now,
  attempt: record.attempt,
  error,
  trace,
});

const failOrDegrade = ({ outcome, rules, jitter, now }: ResourceCommand<'complete'>, record: ResourceRecord): ResourceRecord => {
  if (outcome.type !== 'error' || record.cycleAttempt >= record.maxAttempts) return { ...record, state: 'degraded' };
  return { ...record, state: 'failed', nextAttemptAt: now + retryDelayMs(outcome, rules, record.cycleAttempt, jitter) };
};
