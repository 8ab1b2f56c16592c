import type { CloseCause, Hit, Join, Property, SessionHeader, SessionUsage, SplitCause } from '../../domain/index.js';
import type { LiveSession, SessionName } from './ports.js';

/** How far a session has come; the highest counts where reads find it more than once (sessions §12.8). */
export type SessionState = 'OPEN' | 'CLOSING' | 'CLOSED';

/** A session as callers see it, wherever it was read. */
export interface SessionView {
  readonly state: SessionState;
  readonly sessionId: string;
  /** While it is open or closing. */
  readonly name: SessionName | undefined;
  readonly propertyId: string;
  readonly lane: string;
  readonly clientId: string;
  readonly userId: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly hits: number;
  /** In event time; undefined when closed. */
  readonly expiresAtMs: number | undefined;
  /** 0 before the close. */
  readonly revision: number;
  readonly timeoutMs: number;
  readonly settingsVersion: number;
  readonly closeCause: CloseCause | undefined;
  readonly splitCause: SplitCause | undefined;
  readonly isLate: boolean;
  readonly isBot: boolean;
  readonly supersededBy: string | undefined;
  readonly usage: readonly SessionUsage[];
  readonly joins: readonly Join[];
  readonly clientKeys: readonly string[];
  readonly duplicateHits: number;
  readonly lateHits: number;
}

/** What only the hits of an open session say. */
export interface Visitor {
  readonly clientId: string;
  readonly userId: string | undefined;
}

/** Of the first hit, and the last user id that is not empty (sessions §13.3). */
export const visitorOf = (hits: readonly Hit[]): Visitor => ({
  clientId: hits[0]?.clientId ?? '',
  userId: hits.findLast(({ userId }) => userId !== undefined && userId !== '')?.userId,
});

export const viewOfLive = (session: LiveSession, { clientId, userId }: Visitor, property: Property, tickMs: number): SessionView => ({
  state: session.state,
  sessionId: session.firstHitId,
  name: { ...session.wheel, sessionKey: session.sessionKey },
  propertyId: session.propertyId,
  lane: session.wheel.lane,
  clientId,
  userId,
  startedAtMs: session.startedAtMs,
  endedAtMs: session.lastHitAtMs,
  hits: session.hits,
  expiresAtMs: (session.expiryBucket + 1) * tickMs,
  revision: 0,
  timeoutMs: property.settings.timeoutMs,
  settingsVersion: property.settingsVersion,
  closeCause: undefined,
  splitCause: undefined,
  isLate: session.isLate,
  isBot: false,
  supersededBy: undefined,
  usage: [],
  joins: session.joins,
  clientKeys: session.clientKeys,
  duplicateHits: session.duplicateHits,
  lateHits: session.lateHits,
});

export const viewOfClosed = (header: SessionHeader): SessionView => ({
  state: 'CLOSED',
  sessionId: header.sessionId,
  name: undefined,
  propertyId: header.propertyId,
  lane: header.lane,
  clientId: header.clientId,
  userId: header.userId,
  startedAtMs: header.startedAtMs,
  endedAtMs: header.endedAtMs,
  hits: header.hits,
  expiresAtMs: undefined,
  revision: header.revision,
  timeoutMs: header.timeoutMs,
  settingsVersion: header.settingsVersion,
  closeCause: header.closeCause,
  splitCause: header.splitCause ?? undefined,
  isLate: header.isLate,
  isBot: header.isBot,
  supersededBy: header.supersededBy,
  usage: header.usage,
  joins: header.joins,
  clientKeys: header.clientKeys,
  duplicateHits: header.duplicateHits,
  lateHits: header.lateHits,
});
