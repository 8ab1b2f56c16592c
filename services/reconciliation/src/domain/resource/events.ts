import type { ResourceRecord } from './record.js';

/** What subscribers hear of (reconciliation §11). */
export const EVENT_CATEGORIES = ['object_synced', 'object_failed', 'object_deleted'] as const;

export type EventCategory = (typeof EVENT_CATEGORIES)[number];

export type ResourceEventType =
  | 'resource-informed'
  | 'resource-woken'
  | 'attempt-claimed'
  | 'attempt-extended'
  | 'attempt-succeeded'
  | 'attempt-failed'
  | 'attempt-requeued'
  | 'attempt-released'
  | 'resource-deleted'
  | 'resource-expired'
  | 'resource-rescheduled'
  | 'resource-retried'
  | 'resource-suspended'
  | 'resource-resumed'
  | 'resource-removed';

/**
 * What happened to one resource. It carries the record after it, so that the last message of a subject is the state (reconciliation §15.5);
 * where the record names its own version, that is `OWN_VERSION` until the message has one.
 */
export interface ResourceEvent {
  readonly type: ResourceEventType;
  /** Absent in a tombstone. */
  readonly record: ResourceRecord | undefined;
  readonly category?: EventCategory;
  /** The outcome was overtaken by a newer request: it is told, but the record is scheduled again. */
  readonly superseded?: true;
}

/** What a command comes to: the answer to whoever gave it, and the event to append, if anything is to be written. */
export interface Decision<Answer> {
  readonly answer: Answer;
  readonly event?: ResourceEvent;
}
