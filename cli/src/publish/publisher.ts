import type { OutgoingEvent } from '@drawdown/cloudevents';
import type { OutgoingHit } from './hit.js';

/** Why one item was not stored. */
export interface ItemRefusal {
  /** Place in the list that was published. */
  readonly index: number;
  readonly reason: string;
  readonly detail: string;
}

/** What became of a list of items. Those not named here are durable. */
export interface Published {
  readonly refusals: readonly ItemRefusal[];
  /** A read with it as `min_position` sees every one of them. Empty where nothing was stored. */
  readonly position: string;
}

/** A way into a service. */
export interface Publisher<Item> {
  /** Stores items; repeating it with the same ones changes nothing. Fails as a whole only when the way itself fails. */
  publish(items: readonly Item[]): Promise<Published>;
  close(): Promise<void>;
}

export type UsagePublisher = Publisher<OutgoingEvent>;

export interface HitsPublisher extends Publisher<OutgoingHit> {
  /** Says on every partition that the publisher's lane is complete; answers the position of that. Refused for the lane `live`. */
  completeImport(): Promise<string>;
}
