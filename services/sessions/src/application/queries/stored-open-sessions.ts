import { PARTITIONS, type Subjects } from '@drawdown/eventlog';
import { clientKey, Guard, laneOf, LIVE_LANE, userKey, type Hit, type Property } from '../../domain/index.js';
import { collectHits } from '../hand-over/collect.js';
import { propertyStateOf } from '../properties/registry.js';
import type { OpenSession, SessionStore, Wheel } from '../store/session-store.js';
import type { LiveQuery, LiveSession, OpenSessions, SessionName } from './ports.js';

type ReadStore = Pick<
  SessionStore,
  | 'openSession'
  | 'openSessionOfClient'
  | 'openSessionOfIdentifier'
  | 'openSessions'
  | 'closingSessions'
  | 'hitsOf'
  | 'countOfUser'
  | 'lanes'
>;

/** Sessions that one call of the store answers: it holds its slot meanwhile (sessions §12.6). */
const SESSIONS_PER_CALL = 500;
/** Closing sessions of one wheel that are looked at. */
const CLOSING_MAX = 500;
/** The same, where nobody may be left out: as long as the queue of closes may become before its wheel stands (sessions §12.6). */
const EVERY_CLOSING_MAX = 10_000;

/** Open sessions of a property, wherever the store has them: one state partition in scope `property`, all of them in scope `client`. */
export class StoredOpenSessions implements OpenSessions {
  readonly #guard = new Guard();

  constructor(
    private readonly store: ReadStore,
    private readonly subjects: Subjects,
  ) {}

  async ofClient(property: Property, clientId: string, clientSessionId: string | undefined): Promise<LiveSession | undefined> {
    const { namespace, propertyId } = property;
    const wheel = { state: this.#stateOfClient(property, clientId), lane: LIVE_LANE };
    return live(wheel, await this.store.openSessionOfClient(wheel, clientKey(namespace, propertyId, clientId, clientSessionId)));
  }

  async ofUser(property: Property, userId: string): Promise<LiveSession | undefined> {
    const [identifier] = this.#guard.identifiersOf(hitOfUser(property, userId), { ...property.settings, joinByStamp: false });
    if (identifier === undefined) return undefined;
    const wheel = { state: propertyStateOf(property.namespace, property.propertyId), lane: LIVE_LANE };
    return live(wheel, await this.store.openSessionOfIdentifier(wheel, identifier.type, identifier.hash));
  }

  async named(property: Property, { state, lane, sessionKey }: SessionName): Promise<LiveSession | undefined> {
    const { namespace, propertyId } = property;
    const wheel = { state, lane };
    const open = await this.store.openSession(wheel, sessionKey);
    if (open !== null && isOf(property, open)) return live(wheel, open);
    const closing = await this.store.closingSessions(wheel, namespace, propertyId, CLOSING_MAX);
    return live(wheel, closing.find(session => session.sessionKey === sessionKey) ?? null);
  }

  async latest(property: Property, { lane, clientKey: key }: LiveQuery, limit: number): Promise<readonly LiveSession[]> {
    const states = statesOf(property);
    const wheels = (await Promise.all(states.map(state => this.#wheelsOf(property, state, lane)))).flat();
    const most = states.length > 1 ? Math.min(limit, SESSIONS_PER_CALL) : limit;
    const found = await Promise.all(wheels.map(wheel => this.#latestOf(property, wheel, most)));
    return found
      .flat()
      .filter(({ clientKeys }) => key === undefined || clientKeys.includes(key))
      .sort((a, b) => b.lastHitAtMs - a.lastHitAtMs)
      .slice(0, limit);
  }

  async *every(property: Property): AsyncGenerator<LiveSession> {
    const { namespace, propertyId } = property;
    for (const state of statesOf(property)) {
      for (const wheel of await this.#wheelsOf(property, state, undefined)) {
        // What begins to close between the two calls is in both, never in neither.
        for await (const session of this.#pagesOf(property, wheel, SESSIONS_PER_CALL)) yield { ...session, wheel };
        for (const session of await this.store.closingSessions(wheel, namespace, propertyId, EVERY_CLOSING_MAX))
          yield { ...session, wheel };
      }
    }
  }

  async countOfUser(property: Property, userId: string, limit: number): Promise<number> {
    const key = userKey(property.namespace, property.propertyId, userId);
    const counts = await Promise.all(statesOf(property).map(state => this.store.countOfUser({ state, lane: LIVE_LANE }, key, limit)));
    return Math.min(
      counts.reduce((sum, count) => sum + count, 0),
      limit,
    );
  }

  async hitsOf({ wheel, ...session }: LiveSession): Promise<readonly Hit[]> {
    const { hits } = await collectHits({ parts: await this.store.hitsOf(wheel, session) });
    return hits.map(({ hit }) => hit);
  }

  #stateOfClient({ namespace, propertyId, settings }: Property, clientId: string): number {
    return settings.scope === 'client'
      ? this.subjects.hitPartition(namespace, propertyId, clientId)
      : propertyStateOf(namespace, propertyId);
  }

  /** `live`, and the imports of the namespace. */
  async #wheelsOf({ namespace }: Property, state: number, lane: string | undefined): Promise<readonly Wheel[]> {
    if (lane !== undefined) return [{ state, lane }];
    const lanes = await this.store.lanes(state);
    return lanes.filter(name => name === LIVE_LANE || name.startsWith(laneOf(namespace, ''))).map(name => ({ state, lane: name }));
  }

  async #latestOf(property: Property, wheel: Wheel, limit: number): Promise<readonly LiveSession[]> {
    const { namespace, propertyId } = property;
    // What begins to close between the two calls is in both, never in neither.
    const open = await this.#openOf(property, wheel, limit);
    const closing = await this.store.closingSessions(wheel, namespace, propertyId, Math.min(limit, CLOSING_MAX));
    return [...open, ...closing].map(session => ({ ...session, wheel }));
  }

  async #openOf(property: Property, wheel: Wheel, limit: number): Promise<readonly OpenSession[]> {
    const found: OpenSession[] = [];
    for await (const session of this.#pagesOf(property, wheel, Math.min(SESSIONS_PER_CALL, limit))) {
      if (found.push(session) >= limit) break;
    }
    return found;
  }

  /** Latest hits first, each once; call by call, each from the time at which the one before ended. */
  async *#pagesOf({ namespace, propertyId }: Property, wheel: Wheel, size: number): AsyncGenerator<OpenSession> {
    const known = new Set<string>();
    let upToMs: number | undefined;
    for (;;) {
      const knownBefore = known.size;
      const found = await this.store.openSessions(wheel, namespace, propertyId, size, upToMs);
      for (const session of found) {
        if (known.has(session.sessionKey)) continue;
        known.add(session.sessionKey);
        yield session;
      }
      const last = found.at(-1);
      if (last === undefined || found.length < size) return;
      // More sessions of one millisecond than a call answers: go on before it.
      upToMs = known.size === knownBefore ? last.lastHitAtMs - 1 : last.lastHitAtMs;
    }
  }
}

const live = (wheel: Wheel, session: OpenSession | null): LiveSession | undefined => (session === null ? undefined : { ...session, wheel });

const isOf = ({ namespace, propertyId }: Property, session: OpenSession): boolean =>
  session.namespace === namespace && session.propertyId === propertyId;

const statesOf = ({ namespace, propertyId, settings }: Property): readonly number[] =>
  settings.scope === 'client' ? Array.from({ length: PARTITIONS }, (_, state) => state) : [propertyStateOf(namespace, propertyId)];

/** As far as identifiers are made of it. */
const hitOfUser = ({ namespace, propertyId }: Property, userId: string): Hit => ({
  id: '',
  namespace,
  propertyId,
  clientId: '',
  userId,
  eventName: '',
  ip: '',
  host: '',
  path: '',
  method: '',
  receivedAtMs: 0,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
});
