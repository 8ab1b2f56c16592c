import type { OutgoingEvent } from '@drawdown/cloudevents';
import type { Position } from './event-ids.js';

/** Where an event became durable. */
export interface PublishedUsage {
  readonly partition: number;
  readonly position: Position;
}

/**
 * Makes events durable in the usage stream, in the order given per customer; every `subject` names a customer.
 * @throws Fault `LOG_UNAVAILABLE`: some of the events may be durable; sending all of them again counts each once.
 */
export type PublishUsage = (
  namespace: string,
  events: readonly OutgoingEvent[],
  traceHeaders: Readonly<Record<string, string>>,
) => Promise<readonly PublishedUsage[]>;
