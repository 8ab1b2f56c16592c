/** ULIDs of what numbers come from (design §3.17): after a restore the same numbers are given again, and mean something else. */
export interface NumberedBy {
  /** Incarnation of the stream of hits, whose sequences are positions. */
  readonly hits: string;
  /** Incarnation of the bucket of leases, whose revisions are epochs. */
  readonly leases: string;
}

/** An epoch as the library compares it: empty when nobody gave one. */
export const fenceOf = (epoch: number, { leases }: NumberedBy): string => (epoch === 0 ? '' : `${leases}/${String(epoch)}`);

export const positionText = (sequence: number, { hits }: NumberedBy): string => `${hits}/${String(sequence)}`;

/** The sequence of a stored position; undefined when it belongs to another incarnation. */
export const sequenceOf = (text: string, { hits }: NumberedBy): number | undefined =>
  text.startsWith(`${hits}/`) ? Number(text.slice(hits.length + 1)) : undefined;
