import type { Hit } from '../../domain/index.js';
import type { SessionImage } from './session-images.js';

/** A property, as callers name it. */
export interface PropertyPlace {
  readonly namespace: string;
  readonly propertyId: string;
}

/** The last session of a page: the next one begins behind it (sessions §12.8). */
export interface SessionPlace {
  readonly startedAtMs: number;
  readonly sessionId: string;
}

export interface SessionFilter extends PropertyPlace {
  /** Sessions whose group holds this client. */
  readonly clientKey?: string;
  readonly userId?: string;
  readonly lane?: string;
  /** Started at or after. */
  readonly fromMs?: number;
  /** Started before. */
  readonly toMs?: number;
}

export interface SessionPage {
  /** Newest first; those of one instant by id. Superseded ones are left out. */
  readonly sessions: readonly SessionImage[];
  /** Absent on the last page. */
  readonly next?: SessionPlace;
}

/** All hits of a session, in their order (D14), each once. */
export interface SessionHits {
  readonly hits: readonly Hit[];
  /** Parts of it are not in the read model yet, or not any more. */
  readonly isPartial: boolean;
}

export const SESSION_PAGE_MAX = 500;

/** What anybody may ask of closed sessions. All answers are as of what the partition's owner has folded. */
export interface SessionQueries {
  /** At its newest revision; a superseded one too, as it names its successor. */
  find(place: PropertyPlace, sessionId: string): Promise<SessionImage | undefined>;
  /** @param limit 1 to {@link SESSION_PAGE_MAX} */
  list(filter: SessionFilter, limit: number, after?: SessionPlace): Promise<SessionPage>;
  hitsOf(image: SessionImage): Promise<SessionHits>;
  /** Ids of sessions that brought such a hit, superseded ones too, each once, in no order. Looks at every hit of the property. */
  holding(place: PropertyPlace, isWanted: (hit: Hit) => boolean): AsyncIterable<string>;
}
