import type { Hit } from '../hit/hit.js';
import type { Identifier } from '../identity/identifier.js';

/** A hit and the key of the proto-session that it is filed under: its own client's, or that of the client that took it over. */
export interface FiledHit {
  readonly hit: Hit;
  readonly sessionKey: string;
}

/** What the guard made of a hit (sessions §10.2, D9, D15). */
export interface HitIdentity {
  readonly clientKey: string;
  /** What may join it to other clients, in the order in which it is claimed. */
  readonly identifiers: readonly Identifier[];
}

/** A hit on its way through the chain. */
export interface PassingHit extends FiledHit, HitIdentity {}

/** Name of the note that counts how often merges moved a hit since it was last stored. */
const MERGE_HOPS = 'merge_hops';

/** Zero for a hit that does not come from a merge. */
export const mergeHopsOf = ({ metadata }: Hit): number => {
  const hops = Object.hasOwn(metadata, MERGE_HOPS) ? Number(metadata[MERGE_HOPS]) : 0;
  return Number.isSafeInteger(hops) && hops > 0 ? hops : 0;
};

/** The hit after one more move. */
export const withMergeHop = (hit: Hit): Hit => ({ ...hit, metadata: { ...hit.metadata, [MERGE_HOPS]: String(mergeHopsOf(hit) + 1) } });

/** The hit as it is stored: it has arrived. */
export const withoutMergeHops = (hit: Hit): Hit => {
  if (!Object.hasOwn(hit.metadata, MERGE_HOPS)) return hit;
  return { ...hit, metadata: Object.fromEntries(Object.entries(hit.metadata).filter(([name]) => name !== MERGE_HOPS)) };
};
