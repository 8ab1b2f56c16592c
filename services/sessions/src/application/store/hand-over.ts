import type { CloseCause, Join, Scope } from '../../domain/index.js';
import type { Wheel } from './wheel.js';

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
