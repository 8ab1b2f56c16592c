import type { HardCaps, Identifier, Scope } from '../../domain/index.js';
import type { Wheel } from './wheel.js';

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
 * stored and closes.
 */
export type Control = 'session_start' | 'session_end';

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
  /** Of a hit with a user id, whether or not its property joins by it. */
  readonly userKey?: string;
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
  /** Fencing epoch of the source's lease; an older one than was seen is refused (`OUTDATED_EPOCH`). 0: given by nobody in particular. */
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
  | { readonly kind: 'applied'; readonly results: readonly HitResult[]; readonly merges: number; readonly opened: number }
  /** `pos` is at or behind `next` already; `at` says where. Nothing was written. */
  | { readonly kind: 'already_applied'; readonly at: number }
  /** `pos` is missing, older than `previous` or of another incarnation of the stream, or a rebuild is going on: nothing was written. */
  | { readonly kind: 'state_lost'; readonly at: number | null };
