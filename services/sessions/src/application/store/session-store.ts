import type { CloseCause, HardCaps, Identifier, Join, Scope } from '../../domain/index.js';

/** Where a wheel turns: a state partition, and a lane of it (sessions §12.1, §12.2). */
export interface Wheel {
  readonly state: number;
  readonly lane: string;
}

/** What the store must know of a hit's property. */
export interface StoredProperty {
  readonly namespace: string;
  readonly propertyId: string;
  readonly scope: Scope;
  readonly hardCaps: HardCaps;
  readonly clientsPerIdentifierMax: number;
  readonly openSessionsMax: number | null;
  readonly openBytesMax: number | null;
  readonly announceOpened: boolean;
}

/**
 * Explicit control (sessions §15.5). `session_start` closes every session that the hit would land in, and begins anew; `session_end` is
 * stored and closes; `keep_alive` is stored in an open session and moves its expiry, but never opens one (outcome `ignored`).
 */
export type Control = 'session_start' | 'session_end' | 'keep_alive';

/** One hit as the store takes it. */
export interface HitRecord {
  readonly property: StoredProperty;
  /** 22 characters. */
  readonly clientKey: string;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly requestSeq: number;
  /** Size as in sessions §2.2. */
  readonly bytes: number;
  readonly encoded: Uint8Array;
  readonly expiryBucket: number;
  /** In the order in which they are claimed. */
  readonly identifiers: readonly Identifier[];
  readonly control?: Control;
}

/** Hits of consecutive messages of one source for one state partition and lane: at most 200 hits and 256 KiB. */
export interface IngestCall extends Wheel {
  readonly source: number;
  /** How far this state partition was brought by this source; 0 = never (sessions §12.5). */
  readonly previous: number;
  /** Stream sequence it is brought to; equal to `previous` while a message is not complete. */
  readonly next: number;
  /** Present while the state partition is being rebuilt: the token that `beginRebuild` gave. */
  readonly rebuild?: string;
  /** Fencing epoch of the source's lease; an older one than was seen is refused (`OUTDATED_EPOCH`). */
  readonly epoch: number;
  /** New watermark of this source, per wheel that it drives here; never moves back. `Infinity` after an import (sessions §12.2). */
  readonly watermarksMs: Readonly<Partial<Record<Scope, number>>>;
  /** Bucket of the smallest accepted time per scope: the pointer's, where there is none yet (D4). */
  readonly firstBuckets: Readonly<Partial<Record<Scope, number>>>;
  readonly hits: readonly HitRecord[];
}

/** `refused`: over a quota of the property, nothing was stored. `ignored`: a `keep_alive` with nothing to keep alive, nothing was stored. */
export type HitOutcome = 'stored' | 'joined' | 'duplicate' | 'late' | 'refused' | 'ignored';

export interface HitResult {
  readonly outcome: HitOutcome;
  readonly sessionKey: string;
  /** The hit reached a hard cap and its proto-session began to close. */
  readonly capped: boolean;
}

export type IngestReply =
  | { readonly kind: 'applied'; readonly results: readonly HitResult[]; readonly merges: number }
  /** `pos` is at or behind `next` already; `at` says where. Nothing was written. */
  | { readonly kind: 'already_applied'; readonly at: number }
  /** `pos` is missing or older than `previous`, or a rebuild is going on: nothing was written. */
  | { readonly kind: 'state_lost'; readonly at: number | null };

export interface BeginCloseCall extends Wheel {
  readonly scope: Scope;
  /** Sources whose smallest watermark counts; the wheel stands still until each has reported (sessions §12.1). */
  readonly sources: readonly number[];
  readonly tickSeconds: number;
  readonly closeLagTicks: number;
  readonly limit: number;
  readonly epoch: number;
}

export interface BeginCloseReply {
  readonly closeIds: readonly string[];
  /** The pointer or the work moved: ask again at once. */
  readonly progressed: boolean;
  readonly nextBucket: number | null;
  readonly watermarkMs: number | null;
}

export interface ClaimedClose {
  readonly closeId: string;
  /** 1 the first time. */
  readonly attempts: number;
}

/** One client's hits of a frozen proto-session. */
export interface FrozenPart {
  readonly clientKey: string;
  /** Encoded hits that were not compacted. */
  readonly raw: readonly Buffer[];
  /** Compacted segments, oldest first. */
  readonly segments: readonly Buffer[];
}

export interface FrozenSession {
  readonly closeId: string;
  readonly scope: Scope;
  readonly sessionKey: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly closeCause: CloseCause;
  /** Bucket whose processing closed it; null when a cap or a command did. */
  readonly bucket: number | null;
  /** First hit in order (D14). */
  readonly firstHitId: string;
  readonly startedAtMs: number;
  readonly lastHitAtMs: number;
  readonly isLate: boolean;
  readonly duplicateHits: number;
  readonly lateHits: number;
  /** Closes by a cap of the session key's client within a day of event time, this one included (sessions §15.12). */
  readonly hardCapCloses: number;
  readonly joins: readonly Join[];
  readonly parts: readonly FrozenPart[];
  /** What `assign` stored; null before. */
  readonly answer: string | null;
}

/** Headers of closed sessions that may still be amended, by client key: session id → header as it was stored (sessions §15.2). */
export interface ClosedHeaders {
  readonly versions: Readonly<Record<string, number>>;
  readonly headers: ReadonlyMap<string, string>;
}

export interface AssignCall extends Wheel {
  readonly closeId: string;
  /** Of every client key that was looked at; if one has moved, nothing is written. */
  readonly versions: Readonly<Record<string, number>>;
  readonly answer: string;
  /** New header per session id, null to remove; kept under each of the client keys. */
  readonly writes: readonly { readonly clientKeys: readonly string[]; readonly sessionId: string; readonly header: string | null }[];
  /** Event time after which they are forgotten: close + R. */
  readonly keepUntilMs: number;
}

export type AssignReply = { readonly kind: 'assigned' | 'repeated'; readonly answer: string } | { readonly kind: 'changed' | 'gone' };

/** What ingest wants announced on DRAWDOWN_SESSIONS; stays until it is acknowledged. */
export type Notice =
  | {
      readonly kind: 'opened';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly sessionKey: string;
      readonly firstHitId: string;
      readonly startedAtMs: number;
      readonly expiresAtBucket: number;
    }
  | {
      readonly kind: 'merged';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly sessionKey: string;
      readonly mergedSessionKey: string;
      readonly identifierType: string;
      readonly identifierHash: string;
      readonly atMs: number;
    }
  | {
      readonly kind: 'saturated';
      readonly id: string;
      readonly namespace: string;
      readonly propertyId: string;
      readonly identifierType: string;
      readonly identifierHash: string;
      readonly clients: number;
      readonly atMs: number;
    };

/** An open proto-session, without its hits. */
export interface OpenSession {
  readonly sessionKey: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly state: 'OPEN' | 'CLOSING';
  readonly firstHitId: string;
  readonly startedAtMs: number;
  readonly lastHitAtMs: number;
  readonly expiryBucket: number;
  readonly hits: number;
  readonly bytes: number;
  readonly isLate: boolean;
  readonly clientKeys: readonly string[];
  readonly joins: readonly Join[];
  readonly duplicateHits: number;
  readonly lateHits: number;
}

/** What partition status tells of one wheel (sessions §15.14). */
export interface WheelStatus {
  readonly scope: Scope;
  readonly nextBucket: number | null;
  readonly watermarksMs: ReadonlyMap<number, number>;
  readonly oldestOpenMs: number | null;
  readonly buckets: number;
}

/**
 * The store of open sessions, in one slot per state partition. Every method is one atomic step (`frozen` reads what is immutable), may be
 * repeated, and is safe on two replicas at once.
 *
 * @throws Refusal `OUTDATED_EPOCH` where an epoch is given and a newer owner was seen
 * @throws Fault `STORE_OUT_OF_MEMORY` when the server is at its memory limit: nothing was written, try again later
 */
export interface SessionStore {
  /** Takes hits and moves position and watermarks; without hits it is a ping. Results are in the order of the call's hits. */
  ingest(call: IngestCall): Promise<IngestReply>;
  /** One turn of a wheel: begins up to `limit` closes, in the order of D14, and moves the pointer. */
  beginClose(call: BeginCloseCall): Promise<BeginCloseReply>;
  /** Takes up to `limit` due closes; each is due again after `visibilityMs` unless it was finished or postponed. */
  claim(wheel: Wheel, limit: number, visibilityMs: number): Promise<readonly ClaimedClose[]>;
  /** Null when it was finished. */
  frozen(wheel: Wheel, closeId: string): Promise<FrozenSession | null>;
  /** Closed sessions that these clients had, to be amended (sessions §15.2). */
  closedHeaders(wheel: Wheel, clientKeys: readonly string[]): Promise<ClosedHeaders>;
  /** Stores the decision of a close once; a repeat answers the first. `changed`: read the headers again and decide again. */
  assign(call: AssignCall): Promise<AssignReply>;
  /** Deletes a close and its parts after everything is published. False when there was none. */
  finish(wheel: Wheel, closeId: string): Promise<boolean>;
  /** Puts off a hand-over that failed. */
  postpone(wheel: Wheel, closeId: string, delayMs: number): Promise<void>;
  /** Oldest first. */
  notices(wheel: Wheel, limit: number): Promise<readonly Notice[]>;
  acknowledgeNotices(wheel: Wheel, ids: readonly string[]): Promise<void>;
  /** Source → stream sequence up to which it was applied here; empty for a store that knows nothing. */
  positions(state: number): Promise<ReadonlyMap<number, number>>;
  /** Lanes that have a wheel here. */
  lanes(state: number): Promise<readonly string[]>;
}
