import { encodeStructured, type OutgoingEvent } from '@drawdown/cloudevents';
import { PUBLISH_LIMITS } from './limits.js';

/** Bytes of an event in an envelope, its comma included. */
const sizeOf = (event: OutgoingEvent): number => encodeStructured(event).data.byteLength + 1;

/** Cuts a list, in its order, so that neither the number nor the bytes of a batch pass the limit. One event that is too large stands alone. */
export const batchesOf = (events: readonly OutgoingEvent[]): OutgoingEvent[][] => {
  const batches: OutgoingEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(event);
    const open = batches.at(-1);
    if (open === undefined || open.length >= PUBLISH_LIMITS.eventsPerBatchMax || bytes + size > PUBLISH_LIMITS.bytesPerBatchMax) {
      batches.push([event]);
      bytes = size;
    } else {
      open.push(event);
      bytes += size;
    }
  }
  return batches;
};
