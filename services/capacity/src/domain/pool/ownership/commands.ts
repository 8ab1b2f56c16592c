import type { DecidedAt } from '../at-instant.js';

/** Gives a pool to another party; both sign the same text (capacity §15.11). */
export interface TransferOwnership extends DecidedAt {
  readonly type: 'transfer-ownership';
  /** What was signed, as it came: `ownershipText`. */
  readonly json: string;
  /** Ed25519 of the text's bytes, 128 hex digits. */
  readonly fromSignature: string;
  readonly toSignature: string;
  /** Public keys of the two, 64 hex digits; absent: there is no such party. */
  readonly fromKey: string | undefined;
  readonly toKey: string | undefined;
}
