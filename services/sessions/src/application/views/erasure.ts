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

/** What of a partition was erased, so that a publication that was under way cannot bring it back. */
export class Erasures {
  readonly #clients = new Map<string, number>();
  readonly #users = new Map<string, number>();
  #latestMs = Number.NEGATIVE_INFINITY;

  add({ clientKeys, userKeys, erasedAtMs }: Erasure): void {
    for (const key of clientKeys) this.#clients.set(key, Math.max(erasedAtMs, this.#clients.get(key) ?? erasedAtMs));
    for (const key of userKeys) this.#users.set(key, Math.max(erasedAtMs, this.#users.get(key) ?? erasedAtMs));
    this.#latestMs = Math.max(this.#latestMs, erasedAtMs);
  }

  /** The same hits without those that were erased; the very same image where none were. */
  withoutErasedHits(image: HitsImage): HitsImage {
    if (image.startedAtMs > this.#latestMs || image.hits === 0) return image;
    const lines = Buffer.from(image.lines).toString().split(LINE_FEED);
    const kept = lines.filter(line => !this.#isErased(decodeHit(line)));
    if (kept.length === lines.length) return image;
    return { ...image, hits: kept.length, lines: Buffer.from(kept.join(LINE_FEED)) };
  }

  /** The same session without names of who was erased; its counts are corrected by the revision that follows an erasure. */
  withoutErasedNames(image: SessionImage): SessionImage {
    const { header } = image;
    if (header.startedAtMs > this.#latestMs) return image;
    const isClientErased = this.#isClientErased(header, header.startedAtMs);
    const isUserErased = header.userId !== undefined && this.#isUserErased(header, header.userId, header.startedAtMs);
    const clientKeys = header.clientKeys.filter(key => !reaches(this.#clients.get(key), header.startedAtMs));
    const edges = this.#withoutErasedUsers(header);
    if (!isClientErased && !isUserErased && clientKeys.length === header.clientKeys.length && edges === header.edges) return image;
    const { userId, ...named } = header;
    return {
      ...image,
      header: {
        ...named,
        clientKeys,
        clientId: isClientErased ? '' : header.clientId,
        ...(userId === undefined || isUserErased ? {} : { userId }),
        joins: header.joins.filter(join => clientKeys.includes(join.clientKey)),
        edges,
      },
    };
  }

  #withoutErasedUsers(header: SessionHeader): SessionEdges {
    const { firstUser, lastUser, ...edges } = header.edges;
    const isErased = (seen: Seen | undefined): boolean => seen !== undefined && this.#isUserErased(header, seen.value, seen.atMs);
    if (!isErased(firstUser) && !isErased(lastUser)) return header.edges;
    return {
      ...edges,
      ...(firstUser === undefined || isErased(firstUser) ? {} : { firstUser }),
      ...(lastUser === undefined || isErased(lastUser) ? {} : { lastUser }),
    };
  }

  #isErased(hit: Hit): boolean {
    if (this.#isClientErased(hit, hit.receivedAtMs)) return true;
    return hit.userId !== undefined && this.#isUserErased(hit, hit.userId, hit.receivedAtMs);
  }

  /** With a session id of its own a client is another one; whoever erases the client means all of them. */
  #isClientErased(
    {
      namespace,
      propertyId,
      clientId,
      clientSessionId,
    }: Pick<SessionHeader, 'namespace' | 'propertyId' | 'clientId'> & Pick<Hit, 'clientSessionId'>,
    atMs: number,
  ): boolean {
    if (reaches(this.#clients.get(clientKey(namespace, propertyId, clientId)), atMs)) return true;
    return clientSessionId !== undefined && reaches(this.#clients.get(clientKey(namespace, propertyId, clientId, clientSessionId)), atMs);
  }

  #isUserErased({ namespace, propertyId }: Pick<Hit, 'namespace' | 'propertyId'>, userId: string, atMs: number): boolean {
    return reaches(this.#users.get(userKey(namespace, propertyId, userId)), atMs);
  }
}

const reaches = (erasedAtMs: number | undefined, atMs: number): boolean => erasedAtMs !== undefined && atMs <= erasedAtMs;
