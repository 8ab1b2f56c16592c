import { clientKey, compareHits, LIVE_LANE, type Hit, type Property, type SessionHeader } from '../../src/domain/index.js';
import type {
  LiveQuery,
  LiveSession,
  OpenSessions,
  ReadProgress,
  SessionChanges,
  SessionName,
} from '../../src/application/queries/ports.js';
import { comparePlaces } from '../../src/application/queries/merge.js';
import type { SessionImage } from '../../src/application/views/session-images.js';
import type {
  PropertyPlace,
  SessionFilter,
  SessionHits,
  SessionPage,
  SessionPlace,
  SessionQueries,
} from '../../src/application/views/session-queries.js';

const isOf = (place: PropertyPlace, { namespace, propertyId }: PropertyPlace): boolean =>
  namespace === place.namespace && propertyId === place.propertyId;

/** Sessions that a test puts in place: stands for the store and the documents where the edge alone is looked at. */
export class MemorySessions implements OpenSessions, SessionQueries, ReadProgress, SessionChanges {
  readonly live: { readonly session: LiveSession; readonly hits: readonly Hit[] }[] = [];
  readonly closed: { readonly header: SessionHeader; readonly hits: readonly Hit[] }[] = [];
  readonly #told: SessionHeader[] = [];
  #wake = (): void => undefined;

  async ofClient(
    { namespace, propertyId }: Property,
    clientId: string,
    clientSessionId: string | undefined,
  ): Promise<LiveSession | undefined> {
    const key = clientKey(namespace, propertyId, clientId, clientSessionId);
    return this.live.find(({ session }) => isLive(session) && session.clientKeys.includes(key))?.session;
  }

  async ofUser(property: Property, userId: string): Promise<LiveSession | undefined> {
    return this.#ofUser(property, userId)[0];
  }

  async named(property: Property, { state, lane, sessionKey }: SessionName): Promise<LiveSession | undefined> {
    return this.live.find(
      ({ session }) =>
        isOf(property, session) && session.wheel.state === state && session.wheel.lane === lane && session.sessionKey === sessionKey,
    )?.session;
  }

  async latest(property: Property, { lane, clientKey: key }: LiveQuery, limit: number): Promise<readonly LiveSession[]> {
    return this.live
      .map(({ session }) => session)
      .filter(session => isOf(property, session) && (lane === undefined || session.wheel.lane === lane))
      .filter(({ clientKeys }) => key === undefined || clientKeys.includes(key))
      .sort((a, b) => b.lastHitAtMs - a.lastHitAtMs)
      .slice(0, limit);
  }

  async *every(property: Property): AsyncGenerator<LiveSession> {
    yield* await this.latest(property, {}, Infinity);
  }

  async *holding(place: PropertyPlace, isWanted: (hit: Hit) => boolean): AsyncGenerator<string> {
    for (const { header, hits } of this.closed) if (isOf(place, header) && hits.some(isWanted)) yield header.sessionId;
  }

  async countOfUser(property: Property, userId: string, limit: number): Promise<number> {
    return Math.min(limit, this.#ofUser(property, userId).length);
  }

  hitsOf(session: LiveSession): Promise<readonly Hit[]>;
  hitsOf(image: SessionImage): Promise<SessionHits>;
  async hitsOf(of: LiveSession | SessionImage): Promise<readonly Hit[] | SessionHits> {
    if (!('header' in of)) return this.live.find(({ session }) => session === of)?.hits ?? [];
    const hits = this.closed.find(({ header }) => header === of.header)?.hits ?? [];
    return { hits: [...hits].sort(compareHits), isPartial: false };
  }

  async find(place: PropertyPlace, sessionId: string): Promise<SessionImage | undefined> {
    const found = this.closed.find(({ header }) => isOf(place, header) && header.sessionId === sessionId);
    return found === undefined ? undefined : imageOf(found.header);
  }

  async list(filter: SessionFilter, limit: number, after?: SessionPlace): Promise<SessionPage> {
    const all = this.closed
      .map(({ header }) => header)
      .filter(header => isOf(filter, header) && header.kind !== 'superseded')
      .filter(({ clientKeys }) => filter.clientKey === undefined || clientKeys.includes(filter.clientKey))
      .filter(({ userId, lane }) => (filter.userId ?? userId) === userId && (filter.lane ?? lane) === lane)
      .filter(({ startedAtMs }) => startedAtMs >= (filter.fromMs ?? 0) && startedAtMs < (filter.toMs ?? Infinity))
      .filter(header => after === undefined || comparePlaces(after, header) < 0)
      .sort(comparePlaces);
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return {
      sessions: page.map(imageOf),
      ...(last === undefined || all.length <= limit ? {} : { next: { startedAtMs: last.startedAtMs, sessionId: last.sessionId } }),
    };
  }

  async reached(): Promise<void> {}

  async closesFolded(): Promise<void> {}

  /** Publishes a close to everybody who watches. */
  tell(header: SessionHeader): void {
    this.#told.push(header);
    this.#wake();
  }

  async watch(namespace: string, propertyId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<SessionHeader>> {
    return this.#follow(namespace, propertyId, this.#told.length, signal);
  }

  async *#follow(namespace: string, propertyId: string | undefined, from: number, signal: AbortSignal): AsyncGenerator<SessionHeader> {
    signal.addEventListener('abort', () => this.#wake());
    for (let at = from; !signal.aborted;) {
      const header = this.#told[at];
      if (header === undefined) await new Promise<void>(resolve => (this.#wake = resolve));
      else {
        at += 1;
        if (header.namespace === namespace && (propertyId ?? header.propertyId) === header.propertyId) yield header;
      }
    }
  }

  #ofUser(property: Property, userId: string): LiveSession[] {
    return this.live
      .filter(({ session, hits }) => isOf(property, session) && isLive(session) && hits.some(hit => hit.userId === userId))
      .map(({ session }) => session);
  }
}

const isLive = ({ wheel, state }: LiveSession): boolean => wheel.lane === LIVE_LANE && state === 'OPEN';

const imageOf = (header: SessionHeader): SessionImage => ({
  header,
  closeId: header.sessionKey,
  sequence: 1,
  closedAtMs: header.endedAtMs,
});
