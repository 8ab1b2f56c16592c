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

/** Which open and closing sessions of a property. */
export interface LiveQuery {
  readonly lane?: string;
  /** Sessions whose group holds this client. */
  readonly clientKey?: string;
}

/** Open and closing sessions as the store has them now (sessions §12.8). */
export interface OpenSessions {
  /** The one that the next hit of this client in lane `live` would join. */
  ofClient(property: Property, clientId: string, clientSessionId: string | undefined): Promise<LiveSession | undefined>;
  /** The one that owns the user's identifier in lane `live`; none where the property does not join by user id. */
  ofUser(property: Property, userId: string): Promise<LiveSession | undefined>;
  /** The open one of this name, else a closing one. */
  named(property: Property, name: SessionName): Promise<LiveSession | undefined>;
  /** Those with the latest hits, at most `limit`, in no particular order. */
  latest(property: Property, query: LiveQuery, limit: number): Promise<readonly LiveSession[]>;
  /** All of them, lane by lane; one that begins to close meanwhile may come twice. */
  every(property: Property): AsyncIterable<LiveSession>;
  /** Open sessions in lane `live` that hold a hit of the user, at most `limit`. */
  countOfUser(property: Property, userId: string, limit: number): Promise<number>;
  /** All its hits in their order (D14). */
  hitsOf(session: LiveSession): Promise<readonly Hit[]>;
}

/** How far the store and the projection have come. */
export interface ReadProgress {
  /**
   * Resolves when the effect of these messages can be read.
   * @throws Fault `STALE_READ` when the signal aborts first
   */
  reached(
    components: readonly { readonly stream: string; readonly partition: number; readonly sequence: number }[],
    property: Property,
    signal: AbortSignal,
  ): Promise<void>;
  /** Resolves when the projection has every close of the property that was published before the call: a session is then in one place at least. */
  closesFolded(property: Property, signal: AbortSignal): Promise<void>;
}

/** Closed, amended and superseded sessions as they are published, from the call on. */
export interface SessionChanges {
  watch(namespace: string, propertyId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<SessionHeader>>;
}
