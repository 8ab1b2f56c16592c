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

/** `session_start` closes what is open and begins anew; `session_end` closes with this hit; `keep_alive` only moves the expiry (sessions §15.5). */
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

/** `refused`: over a quota of the property, nothing was stored. */
export type HitOutcome = 'stored' | 'joined' | 'duplicate' | 'late' | 'refused';

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
  readonly sessionKey: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly closeCause: CloseCause;
  /** Bucket whose processing closed it; null when a cap or a command did. */
  readonly bucket: number | null;
  readonly isLate: boolean;
  readonly duplicateHits: number;
  readonly lateHits: number;
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
