import type { Hit, Property, SessionHeader } from '../../domain/index.js';
import type { OpenSession, Wheel } from '../store/session-store.js';

/** An open or closing session, and the wheel it lies in. */
export interface LiveSession extends OpenSession {
  readonly wheel: Wheel;
}

/** Where an open session lies; its name on the wire. */
export interface SessionName extends Wheel {
  readonly sessionKey: string;
}

/** Order of every list: time of the last hit, then session id, both descending. */
export interface ListPlace {
  readonly timeMs: number;
  readonly sessionId: string;
}

/** What a list is asked for. Sessions are those of one property. */
export interface SessionQuery {
  /** Last hit at or after. */
  readonly fromMs: number | undefined;
  /** Last hit before. */
  readonly toMs: number | undefined;
  readonly lane: string | undefined;
  /** Begins behind this place. */
  readonly after: ListPlace | undefined;
  readonly limit: number;
}

/** Open and closing sessions as the store has them now (sessions §12.8). */
export interface OpenSessions {
  /** The one that the next hit of this client in lane `live` would join. */
  ofClient(property: Property, clientId: string, clientSessionId: string | undefined): Promise<LiveSession | undefined>;
  /** The one that owns the user's identifier in lane `live`; only where the property joins by user id. */
  ofUser(property: Property, userId: string): Promise<LiveSession | undefined>;
  named(property: Property, name: SessionName): Promise<LiveSession | undefined>;
  /** Open before closing where both have one id. */
  withId(property: Property, sessionId: string): Promise<LiveSession | undefined>;
  list(property: Property, query: SessionQuery): Promise<readonly LiveSession[]>;
  /** All its hits in their order (D14). */
  hitsOf(session: LiveSession): Promise<readonly Hit[]>;
  /** Open sessions that hold a hit of the user, counted up to `limit`. */
  countOfUser(property: Property, userId: string, limit: number): Promise<number>;
}

/** Which closed sessions; absent fields leave it open. */
export interface ClosedQuery extends SessionQuery {
  /** Client of the first hit. */
  readonly clientId: string | undefined;
  readonly userId: string | undefined;
}

/** Closed sessions as the projection has them: the newest revision of each, superseded ones included. */
export interface ClosedSessions {
  withId(namespace: string, propertyId: string, sessionId: string): Promise<SessionHeader | undefined>;
  list(namespace: string, propertyId: string, query: ClosedQuery): Promise<readonly SessionHeader[]>;
  /** Every session that holds hits of one of these clients. */
  ofClients(namespace: string, propertyId: string, clientKeys: readonly string[]): AsyncIterable<SessionHeader>;
  ofUser(namespace: string, propertyId: string, userId: string): AsyncIterable<SessionHeader>;
  /** All hits of this revision in their order (D14), those of what it continues included. */
  hitsOf(header: SessionHeader): Promise<readonly Hit[]>;
}

/** How far the store and the projection have come. */
export interface ReadProgress {
  /** Resolves when the effect of these messages can be read; rejects with Fault `STALE_READ` when the signal aborts first. */
  reached(
    components: readonly { readonly stream: string; readonly partition: number; readonly sequence: number }[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Resolves when the projection has every close of the property that was published before the call; a session is then in one place at least. */
  closesFolded(property: Property, signal: AbortSignal): Promise<void>;
}

/** Closed, amended and superseded sessions as they are published, from the call on. */
export interface SessionChanges {
  watch(namespace: string, propertyId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<SessionHeader>>;
}
