import { decodeHit, LIVE_LANE, laneOf, sizeOfHit, userKey, type Hit } from '../../domain/index.js';
import { decodeSegment, encodeSegment } from '../compaction/segment.js';
import type { FrozenPart, OpenSession, SessionStore, Wheel } from '../store/session-store.js';
import { lookAgain } from './patience.js';
import { isHitOf, type ErasedPerson } from './person.js';

const CLOSING_LISTED_MAX = 10_000;

export type ErasableStore = Pick<SessionStore, 'lanes' | 'erase' | 'eraseHits' | 'openSessionOfClient' | 'closingSessions' | 'hitsOf'>;

/** What the store of open sessions holds of a person (sessions §15.11). Every hit that came before the erasure must have been applied to it. */
export class OpenData {
  constructor(private readonly store: ErasableStore) {}

  /** Hits that were removed from open and closing sessions of one state partition. */
  async erase(erased: ErasedPerson, state: number, clientKeys: ReadonlySet<string>, signal: AbortSignal): Promise<number> {
    let hits = 0;
    for (const lane of await this.store.lanes(state)) {
      if (lane !== LIVE_LANE && !lane.startsWith(laneOf(erased.namespace, ''))) continue;
      const wheel = { state, lane };
      hits +=
        erased.person.kind === 'client'
          ? await this.#clients(wheel, clientKeys, signal)
          : await this.#hitsOfUser(wheel, erased, clientKeys, signal);
    }
    return hits;
  }

  async #clients(wheel: Wheel, clientKeys: ReadonlySet<string>, signal: AbortSignal): Promise<number> {
    let hits = 0;
    for (const clientKey of clientKeys) {
      for (;;) {
        const { openHits, frozenHits, pendingCloses } = await this.store.erase(wheel, clientKey);
        hits += openHits + frozenHits;
        if (pendingCloses === 0) break;
        await lookAgain(signal);
      }
    }
    return hits;
  }

  /** Closing ones last: what is open now may be closing by then, never the other way round. */
  async #hitsOfUser(wheel: Wheel, erased: ErasedPerson, clientKeys: ReadonlySet<string>, signal: AbortSignal): Promise<number> {
    let hits = 0;
    for (const clientKey of clientKeys) {
      for (;;) {
        const open = await this.store.openSessionOfClient(wheel, clientKey);
        if (open === null) break;
        const removed = await this.#session(wheel, erased, open);
        hits += removed.hits;
        if (!removed.isPending) break;
        await lookAgain(signal);
      }
    }
    for (;;) {
      const closing = await this.store.closingSessions(wheel, erased.namespace, erased.propertyId, CLOSING_LISTED_MAX);
      let isPending = false;
      for (const session of closing) {
        const removed = await this.#session(wheel, erased, session);
        hits += removed.hits;
        isPending ||= removed.isPending;
      }
      if (!isPending) return hits;
      await lookAgain(signal);
    }
  }

  async #session(
    wheel: Wheel,
    erased: ErasedPerson,
    session: OpenSession,
  ): Promise<{ readonly hits: number; readonly isPending: boolean }> {
    let hits = 0;
    let isPending = false;
    const { namespace, propertyId, person } = erased;
    const user = person.kind === 'user' ? { userKey: userKey(namespace, propertyId, person.userId) } : {};
    for (const part of await this.store.hitsOf(wheel, session)) {
      const found = await hitsToErase(part, erased);
      if (found.raw.length + found.segments.length === 0) continue;
      const isErased = await this.store.eraseHits(wheel, {
        clientKey: part.clientKey,
        closeId: session.closeId ?? null,
        ...user,
        ...found,
      });
      if (isErased) hits += found.hits;
      else isPending = true;
    }
    return { hits, isPending };
  }
}

interface FoundHits {
  readonly hits: number;
  readonly bytes: number;
  readonly raw: readonly Buffer[];
  readonly segments: readonly { readonly stored: Buffer; readonly left: Buffer | null }[];
}

/** What cannot be read stays: its session is parked, and cleaned there (D7). */
const hitsToErase = async ({ raw, segments }: FrozenPart, erased: ErasedPerson): Promise<FoundHits> => {
  let hits = 0;
  let bytes = 0;
  const stays = (encoded: Uint8Array): boolean => {
    const hit = readable(encoded);
    if (hit === undefined || !isHitOf(erased, hit)) return true;
    hits += 1;
    bytes += sizeOfHit(hit);
    return false;
  };
  const rawErased = raw.filter(encoded => !stays(encoded));
  const replaced: { stored: Buffer; left: Buffer | null }[] = [];
  for (const stored of segments) {
    const all = await decodeSegment(stored).catch(() => []);
    const left = all.filter(stays);
    if (left.length < all.length) replaced.push({ stored, left: left.length === 0 ? null : await encodeSegment(left) });
  }
  return { hits, bytes, raw: rawErased, segments: replaced };
};

const readable = (encoded: Uint8Array): Hit | undefined => {
  try {
    return decodeHit(encoded);
  } catch {
    return undefined;
  }
};
