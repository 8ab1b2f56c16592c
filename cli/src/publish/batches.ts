import { PUBLISH_LIMITS } from './limits.js';

/**
 * Cuts a list, in its order, so that neither the number nor the bytes of a batch pass the limit. One item that is too large stands alone.
 * `sizeOf` answers the bytes of an item in an envelope, its comma included.
 */
export const batchesOf = <Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] => {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const open = batches.at(-1);
    if (open === undefined || open.length >= PUBLISH_LIMITS.eventsPerBatchMax || bytes + size > PUBLISH_LIMITS.bytesPerBatchMax) {
      batches.push([item]);
      bytes = size;
    } else {
      open.push(item);
      bytes += size;
    }
  }
  return batches;
};
