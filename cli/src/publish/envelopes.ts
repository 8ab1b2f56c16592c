import { encodeBatch, UnencodableEvent, type OutgoingEvent } from '@drawdown/cloudevents';
import { isRefusal } from '@drawdown/errors';
import { batchesOf } from './batches.js';
import { eventSize } from './event-size.js';
import type { ItemRefusal } from './publisher.js';
import type { OutgoingMessage } from './stream-connection.js';

/** An event and the partition that its key belongs to. */
export interface PlacedEvent {
  readonly partition: number;
  readonly event: OutgoingEvent;
}

/** Envelopes of one partition each, the events in their order. */
export const envelopesOf = (
  events: readonly PlacedEvent[],
  subjectOf: (partition: number) => string,
  headers: ReadonlyMap<string, string> = new Map(),
): OutgoingMessage[] => {
  const byPartition = new Map<number, OutgoingEvent[]>();
  for (const { partition, event } of events) {
    const own = byPartition.get(partition);
    if (own === undefined) byPartition.set(partition, [event]);
    else own.push(event);
  }
  return [...byPartition].flatMap(([partition, own]) =>
    batchesOf(own, eventSize).map(batch => {
      const { headers: contentHeaders, data } = encodeBatch(batch);
      return { subject: subjectOf(partition), partition, encoded: { headers: new Map([...contentHeaders, ...headers]), data } };
    }),
  );
};

/** Tries every item: those that can be said on the wire, and why the others cannot. */
export const examine = <Item, Sound>(
  items: readonly Item[],
  attempt: (item: Item) => Sound,
): { readonly sound: Sound[]; readonly refusals: ItemRefusal[] } => {
  const sound: Sound[] = [];
  const refusals: ItemRefusal[] = [];
  for (const [index, item] of items.entries()) {
    try {
      sound.push(attempt(item));
    } catch (error) {
      if (!(error instanceof UnencodableEvent) && !isRefusal(error)) throw error;
      refusals.push({ index, reason: isRefusal(error) ? error.reason : 'EVENT_INVALID', detail: error.message });
    }
  }
  return { sound, refusals };
};
