/** What orders hits: time, place in the request, id (D14). */
export interface Ordered {
  readonly receivedAtMs: number;
  readonly requestSeq: number;
  readonly id: string;
}

/** The total order of hits (D14); ids by code unit, so that every replica and Redis agree. */
export const compareHits = (a: Ordered, b: Ordered): number =>
  a.receivedAtMs - b.receivedAtMs || a.requestSeq - b.requestSeq || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
