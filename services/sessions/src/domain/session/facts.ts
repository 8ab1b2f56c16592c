import type { SessionHeader } from './closed-session.js';

/** Whose facts these are: a property, and the state partition in which its sessions lie (sessions §12.1). */
export interface SessionAddress {
  /** State partition, 0 to 63. */
  readonly state: number;
  readonly namespace: string;
  readonly propertyId: string;
}

/** A session and the hits of its own message in their order (D14), each as the store keeps it: compact JSON in UTF-8. */
export interface PublishedSession {
  readonly header: SessionHeader;
  readonly hits: readonly Uint8Array[];
}

/** All that one proto-session became; published under one close id, the same at every repeat (sessions §12.4). */
export interface ProtoSessionClose {
  readonly closeId: string;
  readonly sessions: readonly PublishedSession[];
}

/** A proto-session began, for properties that want to know (sessions §15.8). */
export interface SessionOpened {
  readonly type: 'opened';
  readonly lane: string;
  readonly sessionKey: string;
  readonly firstHitId: string;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
}

/** `mergedSessionKey` went into `sessionKey`, because both had an identifier (sessions §15.4). */
export interface SessionMerged {
  readonly type: 'merged';
  readonly lane: string;
  readonly sessionKey: string;
  readonly mergedSessionKey: string;
  readonly identifierType: string;
  readonly identifierHash: string;
  readonly atMs: number;
}

/** A proto-session could not be handed over; its frozen parts lie in the dead letters (D7). */
export interface SessionParked {
  readonly type: 'parked';
  readonly lane: string;
  readonly closeId: string;
  readonly sessionKey: string;
  readonly attempts: number;
  readonly reason: string;
  readonly detail: string;
}

/** Hits of these clients and users are to be forgotten, wherever they lie (sessions §15.11). Both are hashes; nobody is named. */
export interface SessionErased {
  readonly type: 'erased';
  readonly clientKeys: readonly string[];
  readonly userKeys: readonly string[];
}

/** An identifier has gathered too many clients and joins no more (sessions §15.4). */
export interface IdentifierSaturated {
  readonly type: 'identifier-saturated';
  readonly lane: string;
  readonly identifierType: string;
  readonly identifierHash: string;
  readonly clients: number;
  readonly atMs: number;
}

/** An operator ended an open proto-session. */
export interface SessionEnded {
  readonly type: 'ended';
  readonly lane: string;
  readonly sessionKey: string;
  readonly reason: string;
}

/** An operator took a client out of a proto-session again; its shared identifiers join no more. */
export interface SessionUnmerged {
  readonly type: 'unmerged';
  readonly lane: string;
  readonly sessionKey: string;
  readonly clientKey: string;
  readonly reason: string;
}

/** What `DRAWDOWN_SESSIONS` records beside closed sessions. */
export type SessionFact =
  SessionOpened | SessionMerged | SessionParked | SessionErased | IdentifierSaturated | SessionEnded | SessionUnmerged;

/** Facts that an operator decides: written before their effect in Redis, so that a rebuild applies them again (sessions §12.5). */
export type OperatorFact = SessionErased | SessionEnded | SessionUnmerged;
