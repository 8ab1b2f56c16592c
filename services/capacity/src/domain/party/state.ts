import type { Seconds } from '../amount/instant.js';

/** Money of a party in one asset. */
export interface Funds {
  /** `CODE:ISSUER`. */
  readonly asset: string;
  /** In 10⁻⁷ of the asset; 0 or more. */
  readonly amount: bigint;
}

/** A payment that was taken from the ledger, or that never may be: it is closed and nothing was taken. */
export interface LedgerPayment extends Funds {
  readonly reservationId: number;
  /** Last second at which it can be taken. */
  readonly expiresAt: Seconds;
  readonly takenAt: Seconds;
  /** `open`: the reservation may still give it back. */
  readonly outcome: 'open' | 'kept' | 'returned';
}

/** Money for capacity that was given back. */
export interface LedgerPayout {
  readonly payoutId: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

/** The aggregate: somebody who signs, and the money that was paid in beforehand (capacity §6.5). Every event carries it whole. */
export interface Party {
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  readonly tid: number;
  /** Ed25519, 64 hex digits in lower case. */
  readonly publicKey: string;
  /** Whether it may sponsor. */
  readonly isTrustedChannel: boolean;
  /** By asset, ascending; without those that have nothing. */
  readonly funds: readonly Funds[];
  /** By reservation, ascending: those that are open, and those that could still be taken if they were not remembered. */
  readonly payments: readonly LedgerPayment[];
  /** By id, ascending: those that whoever owed them does not know to be done yet. */
  readonly payouts: readonly LedgerPayout[];
  /** Latest instant of any event. */
  readonly lastAt: Seconds;
}

/** A party that nobody has registered. */
export const NO_PARTY = undefined;
