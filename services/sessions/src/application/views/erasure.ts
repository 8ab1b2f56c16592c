import { clientKey, decodeHit, userKey, type Hit, type Seen, type SessionEdges, type SessionHeader } from '../../domain/index.js';
import type { HitsImage, SessionImage } from './session-images.js';

/** Whose hits are to be forgotten in a property, up to when (sessions §15.11). */
export interface Erasure {
  readonly namespace: string;
  readonly propertyId: string;
  readonly clientKeys: readonly string[];
  readonly userKeys: readonly string[];
  /** Server's time of the fact: who comes back later is counted again. */
  readonly erasedAtMs: number;
  readonly sequence: number;
}

const LINE_FEED = '\n';

/** Sequence of the first erasure that reaches something; `undefined`: none does. */
type ErasedBy = number | undefined;
type Marks = Map<string, { readonly erasedAtMs: number; readonly sequence: number }[]>;
type Scoped = Pick<Hit, 'namespace' | 'propertyId'>;

/**
 * What of a partition was erased, so that a publication that was under way cannot bring it back. An image that loses something takes the sequence of
 * the erasure, if that is later than its own: the same documents come out whether it was stored before or after.
 */
export class Erasures {
  readonly #clients: Marks = new Map();
  readonly #users: Marks = new Map();
  #latestMs = Number.NEGATIVE_INFINITY;

  add({ clientKeys, userKeys, erasedAtMs, sequence }: Erasure): void {
    for (const key of clientKeys) mark(this.#clients, key, { erasedAtMs, sequence });
    for (const key of userKeys) mark(this.#users, key, { erasedAtMs, sequence });
    this.#latestMs = Math.max(this.#latestMs, erasedAtMs);
  }

  /** The same hits without those that were erased; the very same image where none were. */
  withoutErasedHits(image: HitsImage): HitsImage {
    if (image.startedAtMs > this.#latestMs || image.hits === 0) return image;
    const kept: string[] = [];
    let { sequence } = image;
    for (const line of Buffer.from(image.lines).toString().split(LINE_FEED)) {
      const by = this.#hitErasedBy(decodeHit(line));
      if (by === undefined) kept.push(line);
      else sequence = Math.max(sequence, by);
    }
    if (kept.length === image.hits) return image;
    return { ...image, hits: kept.length, lines: Buffer.from(kept.join(LINE_FEED)), sequence };
  }

  /** The same session without names of who was erased; its counts are corrected by the revision that follows an erasure. */
  withoutErasedNames(image: SessionImage): SessionImage {
    const { header } = image;
    const atMs = header.startedAtMs;
    if (atMs > this.#latestMs) return image;
    const client = this.#clientErasedBy(header, atMs);
    const user = header.userId === undefined ? undefined : this.#userErasedBy(header, header.userId, atMs);
    const firstUser = this.#seenErasedBy(header, header.edges.firstUser);
    const lastUser = this.#seenErasedBy(header, header.edges.lastUser);
    const keys = header.clientKeys.map(key => ({ key, by: firstReaching(this.#clients, key, atMs) }));
    const by = [client, user, firstUser, lastUser, ...keys.map(({ by: each }) => each)].filter(sequence => sequence !== undefined);
    if (by.length === 0) return image;
    const { userId, ...named } = header;
    const clientKeys = keys.filter(({ by: each }) => each === undefined).map(({ key }) => key);
    return {
      ...image,
      sequence: Math.max(image.sequence, ...by),
      header: {
        ...named,
        clientKeys,
        clientId: client === undefined ? header.clientId : '',
        ...(userId === undefined || user !== undefined ? {} : { userId }),
        joins: header.joins.filter(join => clientKeys.includes(join.clientKey)),
        edges: edgesWithout(header.edges, firstUser !== undefined, lastUser !== undefined),
      },
    };
  }

  #hitErasedBy(hit: Hit): ErasedBy {
    const { clientSessionId, userId, receivedAtMs } = hit;
    return earliest(
      this.#clientErasedBy(hit, receivedAtMs),
      // With a session id of its own a client has another key; whoever erases the client means all of them.
      clientSessionId === undefined
        ? undefined
        : firstReaching(this.#clients, clientKey(hit.namespace, hit.propertyId, hit.clientId, clientSessionId), receivedAtMs),
      userId === undefined ? undefined : this.#userErasedBy(hit, userId, receivedAtMs),
    );
  }

  #clientErasedBy({ namespace, propertyId, clientId }: Scoped & Pick<Hit, 'clientId'>, atMs: number): ErasedBy {
    return firstReaching(this.#clients, clientKey(namespace, propertyId, clientId), atMs);
  }

  #userErasedBy({ namespace, propertyId }: Scoped, userId: string, atMs: number): ErasedBy {
    return firstReaching(this.#users, userKey(namespace, propertyId, userId), atMs);
  }

  #seenErasedBy(header: SessionHeader, seen: Seen | undefined): ErasedBy {
    return seen === undefined ? undefined : this.#userErasedBy(header, seen.value, seen.atMs);
  }
}

const edgesWithout = ({ firstUser, lastUser, ...edges }: SessionEdges, isFirstErased: boolean, isLastErased: boolean): SessionEdges => ({
  ...edges,
  ...(firstUser === undefined || isFirstErased ? {} : { firstUser }),
  ...(lastUser === undefined || isLastErased ? {} : { lastUser }),
});

/** Kept in the order of the stream; the same erasure again changes nothing. */
const mark = (marks: Marks, key: string, at: { readonly erasedAtMs: number; readonly sequence: number }): void => {
  const known = marks.get(key) ?? [];
  if (known.some(({ sequence }) => sequence === at.sequence)) return;
  marks.set(
    key,
    [...known, at].sort((a, b) => a.sequence - b.sequence),
  );
};

const firstReaching = (marks: Marks, key: string, atMs: number): ErasedBy =>
  marks.get(key)?.find(({ erasedAtMs }) => atMs <= erasedAtMs)?.sequence;

const earliest = (...by: readonly ErasedBy[]): ErasedBy => {
  const known = by.filter(sequence => sequence !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};
