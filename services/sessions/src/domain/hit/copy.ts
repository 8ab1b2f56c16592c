import type { Hit, ValueLists } from './hit.js';

/** A copy that shares no map, list or bytes with the original (sessions §2.1). */
export const copyHit = (hit: Hit): Hit => ({
  ...hit,
  queryParams: copyLists(hit.queryParams),
  headers: copyLists(hit.headers),
  body: Uint8Array.from(hit.body),
  // Entries, not a spread of assignments: a name such as `__proto__` stays an ordinary name.
  metadata: Object.fromEntries(Object.entries(hit.metadata)),
});

const copyLists = (lists: ValueLists): ValueLists => Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, [...values]]));
