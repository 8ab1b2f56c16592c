import { isRefusal, Refusal } from '@drawdown/errors';
import { clientKey, compareHits, type Hit, type Property } from '../../domain/index.js';
import { SESSION_PAGE_MAX, type SessionFilter, type SessionQueries } from '../views/session-queries.js';
import { comparePlaces, mergeSessions, type ListPlace } from './merge.js';
import type { LiveSession, OpenSessions, ReadProgress, SessionName } from './ports.js';
import { viewOfClosed, viewOfLive, visitorOf, type SessionState, type SessionView } from './session-view.js';

/** Open sessions of a property that a list looks at: those with the latest hits. */
const OPEN_LISTED_MAX = 10_000;
/** Open sessions whose hits are read at once. */
const READ_AT_ONCE = 16;

export interface SessionReadsOptions {
  readonly open: OpenSessions;
  readonly closed: SessionQueries;
  readonly progress: ReadProgress;
  readonly tickMs: number;
}

export interface ListedSessions {
  readonly clientId: string | undefined;
  readonly userId: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly lane: string | undefined;
  /** None: any. */
  readonly states: readonly SessionState[];
  /** 1 to {@link SESSION_PAGE_MAX}. */
  readonly limit: number;
  readonly after: ListPlace | undefined;
}

export interface SessionPage {
  readonly sessions: readonly SessionView[];
  /** Absent on the last page. */
  readonly next?: ListPlace;
}

export interface FoundSession {
  readonly session: SessionView;
  readonly hits: readonly Hit[];
}

/** Sessions wherever they are: the store's open ones and the projection's closed ones as one (sessions §12.8). */
export class SessionReads {
  constructor(private readonly options: SessionReadsOptions) {}

  /** @throws Refusal `NOT_FOUND` */
  async openOfClient(property: Property, clientId: string, clientSessionId: string | undefined): Promise<SessionView> {
    return this.#viewOf(property, await this.options.open.ofClient(property, clientId, clientSessionId), 'client', clientId);
  }

  /** @throws Refusal `NOT_FOUND` */
  async openOfUser(property: Property, userId: string): Promise<SessionView> {
    return this.#viewOf(property, await this.options.open.ofUser(property, userId), 'user', userId);
  }

  /** @throws Refusal `NOT_FOUND` */
  async named(property: Property, name: SessionName): Promise<FoundSession> {
    const live = await this.options.open.named(property, name);
    if (live === undefined) throw notFound('session', name.sessionKey);
    return this.#foundLive(property, live);
  }

  /**
   * A closed session before an open one of this id: it is what the open one became. One that closes while it is looked for is found once
   * the projection has it.
   * @throws Refusal `NOT_FOUND`; Fault `STALE_READ`
   */
  async withId(property: Property, sessionId: string, signal: AbortSignal): Promise<FoundSession> {
    const closed = await this.#closedWithId(property, sessionId);
    if (closed !== undefined) return closed;
    const live = (await this.options.open.latest(property, {}, OPEN_LISTED_MAX)).find(({ firstHitId }) => firstHitId === sessionId);
    if (live !== undefined) return this.#foundLive(property, live);
    await this.options.progress.closesFolded(property, signal);
    const folded = await this.#closedWithId(property, sessionId);
    if (folded === undefined) throw notFound('session', sessionId);
    return folded;
  }

  /** The store is read first: what closes meanwhile is then in the projection. @throws Fault `STALE_READ` */
  async list(property: Property, query: ListedSessions, signal: AbortSignal): Promise<SessionPage> {
    const wantsLive = query.states.length === 0 || query.states.some(state => state !== 'CLOSED');
    const live = wantsLive ? await this.#live(property, query) : [];
    const closed = await this.#closed(property, query, signal);
    const all = mergeSessions(live, closed).filter(({ state }) => query.states.length === 0 || query.states.includes(state));
    const sessions = all.slice(0, query.limit);
    const last = sessions.at(-1);
    if (all.length <= query.limit || last === undefined) return { sessions };
    return { sessions, next: { startedAtMs: last.startedAtMs, sessionId: last.sessionId } };
  }

  /** The hits of a session that was listed, as it is now. @throws Refusal `NOT_FOUND` */
  hitsOf(property: Property, { name, sessionId }: SessionView, signal: AbortSignal): Promise<FoundSession> {
    if (name === undefined) return this.withId(property, sessionId, signal);
    return this.named(property, name).catch((error: unknown) => {
      // It has closed since: it is found by its id then.
      if (isRefusal(error)) return this.withId(property, sessionId, signal);
      throw error;
    });
  }

  async #viewOf(property: Property, live: LiveSession | undefined, kind: string, id: string): Promise<SessionView> {
    if (live === undefined) throw notFound(`open session of ${kind}`, id);
    return (await this.#foundLive(property, live)).session;
  }

  async #foundLive(property: Property, live: LiveSession): Promise<FoundSession> {
    const hits = [...(await this.options.open.hitsOf(live))].sort(compareHits);
    return { session: viewOfLive(live, visitorOf(hits), property, this.options.tickMs), hits };
  }

  async #closedWithId(property: Property, sessionId: string): Promise<FoundSession | undefined> {
    const image = await this.options.closed.find(property, sessionId);
    if (image === undefined) return undefined;
    const { hits } = await this.options.closed.hitsOf(image);
    return { session: viewOfClosed(image.header), hits };
  }

  /** One more than the page holds, so that it is known whether anything comes after it. */
  async #live(property: Property, query: ListedSessions): Promise<readonly SessionView[]> {
    const { clientId, lane, limit } = query;
    const key = clientId === undefined ? undefined : clientKey(property.namespace, property.propertyId, clientId);
    const latest = await this.options.open.latest(
      property,
      { ...(lane === undefined ? {} : { lane }), ...(key === undefined ? {} : { clientKey: key }) },
      OPEN_LISTED_MAX,
    );
    const candidates = latest
      .filter(({ startedAtMs, firstHitId }) => isWithin({ startedAtMs, sessionId: firstHitId }, query))
      .sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
    const views: SessionView[] = [];
    for (let from = 0; from < candidates.length && views.length <= limit; from += READ_AT_ONCE) {
      const read = await Promise.all(candidates.slice(from, from + READ_AT_ONCE).map(live => this.#foundLive(property, live)));
      views.push(...read.map(({ session }) => session).filter(({ userId }) => query.userId === undefined || userId === query.userId));
    }
    return views.slice(0, limit + 1);
  }

  async #closed(property: Property, query: ListedSessions, signal: AbortSignal): Promise<readonly SessionView[]> {
    if (query.states.length > 0 && !query.states.includes('CLOSED')) return [];
    await this.options.progress.closesFolded(property, signal);
    const { sessions, next } = await this.options.closed.list(filterOf(property, query), query.limit, query.after);
    const views = sessions.map(({ header }) => viewOfClosed(header));
    if (next === undefined) return views;
    const { sessions: more } = await this.options.closed.list(filterOf(property, query), 1, next);
    return [...views, ...more.map(({ header }) => viewOfClosed(header))];
  }
}

export const PAGE_SESSIONS_MAX = SESSION_PAGE_MAX;

const placeOf = ({ startedAtMs, firstHitId }: LiveSession): ListPlace => ({ startedAtMs, sessionId: firstHitId });

const isWithin = (place: ListPlace, { fromMs, toMs, after }: ListedSessions): boolean => {
  if (fromMs !== undefined && place.startedAtMs < fromMs) return false;
  if (toMs !== undefined && place.startedAtMs >= toMs) return false;
  return after === undefined || comparePlaces(after, place) < 0;
};

const filterOf = ({ namespace, propertyId }: Property, { clientId, userId, lane, fromMs, toMs }: ListedSessions): SessionFilter => ({
  namespace,
  propertyId,
  ...(clientId === undefined ? {} : { clientKey: clientKey(namespace, propertyId, clientId) }),
  ...(userId === undefined ? {} : { userId }),
  ...(lane === undefined ? {} : { lane }),
  ...(fromMs === undefined ? {} : { fromMs }),
  ...(toMs === undefined ? {} : { toMs }),
});

const notFound = (kind: string, id: string): Refusal => new Refusal('NOT_FOUND', `there is no ${kind} ${id}`, { kind, id });
