import type { OutgoingEvent } from '@drawdown/cloudevents';

/** Why one event was not stored. */
export interface ItemRefusal {
  /** Place in the list that was published. */
  readonly index: number;
  readonly reason: string;
  readonly detail: string;
}

/** What became of a list of events. Those not named here are durable. */
export interface Published {
  readonly refusals: readonly ItemRefusal[];
  /** A read with it as `min_position` sees every one of them. Empty where nothing was stored. */
  readonly position: string;
}

/** A way for usage into the service. */
export interface UsagePublisher {
  /** Stores events; repeating it with the same events changes nothing. Fails as a whole only when the way itself fails. */
  publish(events: readonly OutgoingEvent[]): Promise<Published>;
  close(): Promise<void>;
}
