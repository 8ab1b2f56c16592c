import type { InstantMs } from '@drawdown/calendar';
import type { JsonObject, JsonValue } from '../content/json.js';

/** All states, in the order in which they are listed (reconciliation §3). */
export const RESOURCE_STATES = ['synced', 'pending', 'expired', 'scheduled', 'failed', 'degraded', 'deleted', 'unknown'] as const;

export type ResourceState = (typeof RESOURCE_STATES)[number];

/** An attempt that went wrong. Only the newest error of a record keeps its trace; `''` is none. */
export interface AttemptError {
  readonly at: InstantMs;
  readonly attempt: number;
  readonly error: string;
  readonly trace: string;
}

/** The right to work on a resource. `requestSeq` and `generation` are the record's as they were at the claim. */
export interface Lease {
  readonly owner: string;
  /** The claim's version: what guards the outcome, and every effect outside. */
  readonly token: number;
  readonly expiresAt: InstantMs;
  readonly requestSeq: number;
  readonly generation: number;
}

export interface Suspension {
  readonly reason: string;
  readonly by: string;
  /** From this instant on it holds no more; null: until somebody resumes. */
  readonly until: InstantMs | null;
}

/** A command that was carried out, and the version it led to. */
export interface RememberedCommand {
  readonly id: string;
  readonly bodyHash: string;
  readonly version: number;
}

/** What the system keeps about one object (reconciliation §2.1). Counters are whole numbers, instants whole milliseconds. */
export interface ResourceRecord {
  /** Made once, ascending with creation; a removed and newly informed object has another. */
  readonly id: string;
  readonly kind: string;
  readonly objectId: string;
  readonly namespace: string;
  readonly object: JsonValue;
  readonly hash: string;
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  readonly state: ResourceState;
  /** Attempts ever started. */
  readonly attempt: number;
  /** Attempts started since the record was last scheduled afresh. */
  readonly cycleAttempt: number;
  readonly maxAttempts: number;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly requestSeq: number;
  readonly createdAt: InstantMs;
  readonly externalCreatedAt: InstantMs | null;
  readonly scheduledAt: InstantMs | null;
  readonly attemptedAt: InstantMs | null;
  readonly syncedAt: InstantMs | null;
  readonly nextAttemptAt: InstantMs | null;
  readonly wakeAt: InstantMs | null;
  readonly errors: readonly AttemptError[];
  readonly errorCount: number;
  readonly lease: Lease | null;
  /** Claims so far. */
  readonly leaseToken: number;
  readonly suspended: Suspension | null;
  readonly commands: readonly RememberedCommand[];
  /** Sequence of the message that carries this record. Sequences begin with 1. */
  readonly version: number;
}

/** A record, or that there is none. */
export type Resource = ResourceRecord | undefined;

/** Nothing is known of an object that nobody has informed. */
export const initialState: Resource = undefined;

/** Stands for the version of the very message that carries a record: the message gets its sequence only when it is appended. */
export const OWN_VERSION = 0;

export const isSuspended = (record: ResourceRecord, now: InstantMs): boolean =>
  record.suspended !== null && (record.suspended.until === null || now < record.suspended.until);
