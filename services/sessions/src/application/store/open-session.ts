import type { Join, Scope } from '../../domain/index.js';

/** An open proto-session, without its hits. */
export interface OpenSession {
  readonly sessionKey: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly scope: Scope;
  readonly state: 'OPEN' | 'CLOSING';
  /** Of a closing one. */
  readonly closeId?: string;
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

/** Raw hits of one client as compaction takes them (sessions §12.7). */
export interface RawHits {
  /** Of the session they belong to; another one cannot be compacted with them. */
  readonly generation: Buffer;
  readonly hits: readonly RawHit[];
}

export interface RawHit {
  /** Names it in the store. */
  readonly field: Buffer;
  readonly encoded: Buffer;
}

/** Hits of one client that go into one segment of at most 512 KiB. */
export interface Compaction {
  readonly clientKey: string;
  readonly generation: Buffer;
  readonly fields: readonly Buffer[];
  readonly segment: Buffer;
}

/** What an erasure of one client removed (sessions §15.11). */
export interface Erased {
  readonly openHits: number;
  readonly frozenHits: number;
  /** Closes of this client that are being handed over: erase again when they are finished. */
  readonly pendingCloses: number;
}

/** Single hits of a client that are to go from a session that goes on without them, as they were read. */
export interface HitsErasure {
  readonly clientKey: string;
  /** Of a closing session. */
  readonly closeId: string | null;
  /** Of the user whose hits these all are. */
  readonly userKey?: string;
  /** That go, and their sizes. */
  readonly hits: number;
  readonly bytes: number;
  readonly raw: readonly Buffer[];
  /** A segment, and the same without some hits; null where none is left. */
  readonly segments: readonly { readonly stored: Buffer; readonly left: Buffer | null }[];
}

export type UnmergeReply =
  | { readonly kind: 'unmerged'; /** The session that was made. */ readonly sessionKey: string }
  /** `not_joined`: the client is not in it, or is alone in it. `gone`: no such open session. */
  | { readonly kind: 'not_joined' | 'gone' };
