import { compareHits, decodeHit, type Hit } from '../../domain/index.js';
import { decodeSegment } from '../compaction/segment.js';
import type { FrozenSession } from '../store/session-store.js';

/** A hit and its encoding as the store keeps it, which is published as it is. */
export interface StoredHit {
  readonly hit: Hit;
  readonly encoded: Uint8Array;
}

/** All hits of a frozen proto-session, each once, in order (D14); and how many pieces of it could not be read. */
export interface CollectedHits {
  readonly hits: readonly StoredHit[];
  readonly unreadable: readonly unknown[];
}

/** Compacted segments in order, then raw hits, without repeats, sorted (sessions §12.7). */
export const collectHits = async ({ parts }: Pick<FrozenSession, 'parts'>): Promise<CollectedHits> => {
  const byClientAndId = new Map<string, StoredHit>();
  const unreadable: unknown[] = [];
  const add = (encoded: Uint8Array): void => {
    try {
      const hit = decodeHit(encoded);
      const key = `${hit.clientId.length}|${hit.clientId}${hit.id}`;
      if (!byClientAndId.has(key)) byClientAndId.set(key, { hit, encoded });
    } catch (error) {
      unreadable.push(error);
    }
  };
  for (const { raw, segments } of parts) {
    for (const segment of segments) {
      await decodeSegment(segment).then(
        hits => hits.forEach(add),
        (error: unknown) => unreadable.push(error),
      );
    }
    raw.forEach(add);
  }
  const hits = [...byClientAndId.values()].sort((a, b) => compareHits(a.hit, b.hit));
  return { hits, unreadable };
};
