import type { SessionAddress, SessionFact, SessionHeader, SessionRevision } from '../../domain/index.js';

/** Hits of one session in one chunk. */
export type ChunkEntry = ({ readonly header: SessionHeader } | { readonly of: SessionRevision }) & {
  /** Number of lines. */
  readonly hits: number;
  /** The hits as they were published: compact JSON, separated by line feeds. */
  readonly lines: Uint8Array;
};

/** A part of what one proto-session became. It counts only when the last message of its publication has come (sessions §12.4). */
export interface SessionChunk {
  readonly kind: 'chunk';
  readonly closeId: string;
  /** Beginning of the publication's content hash: what tells two publications of one close id apart. */
  readonly shortHash: string;
  /** From 0. */
  readonly place: number;
  /** SHA-256 of the chunk's bytes. */
  readonly digest: Uint8Array;
  /** Size of the message. */
  readonly bytes: number;
  readonly entries: readonly ChunkEntry[];
}

/** The last message of a publication. */
export interface CloseCompleted {
  readonly kind: 'closed';
  readonly closeId: string;
  readonly chunks: number;
  readonly sessions: number;
  /** SHA-256 over the digests of the chunks in their order, hexadecimal. */
  readonly contentHash: string;
  /** An erasure has written the publication again: when the first one came, and whether its usage was published by then (sessions §15.11). */
  readonly rewritten?: { readonly timeMs: number; readonly isCounted: boolean };
}

/** A message of `DRAWDOWN_SESSIONS`, read. */
export type SessionLogEntry =
  | SessionChunk
  | CloseCompleted
  | { readonly kind: 'fact'; readonly commandId: string; readonly address: SessionAddress; readonly fact: SessionFact }
  /** Of a later build: passed over. */
  | { readonly kind: 'unknown'; readonly type: string };
