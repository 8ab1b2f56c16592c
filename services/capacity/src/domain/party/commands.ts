import type { DecidedAt } from '../pool/at-instant.js';

export interface PartyIdentity {
  /** Ed25519, 64 hex digits of either case. */
  readonly publicKey: string;
  readonly isTrustedChannel: boolean;
}

export interface RegisterParty extends DecidedAt, PartyIdentity {
  readonly type: 'register';
  readonly namespace: string;
  readonly tid: number;
}

/** Replaces the key and the trust, both. */
export interface UpdateParty extends DecidedAt, PartyIdentity {
  readonly type: 'update';
}

/** Puts money in; counts as often as it is sent, so a repeat needs the same command id (design §3.11). */
export interface DepositFunds extends DecidedAt {
  readonly type: 'deposit';
  readonly asset: string;
  /** In 10⁻⁷ of the asset; more than 0. */
  readonly amount: bigint;
}

/** Takes what a reservation costs, once, and not after its window. */
export interface TakePayment extends DecidedAt {
  readonly type: 'take-payment';
  readonly reservationId: number;
  readonly asset: string;
  readonly amount: bigint;
  readonly expiresAt: number;
}

/** Gives back what a reservation took, once; what was not taken yet cannot be taken any more. */
export interface ReturnPayment extends DecidedAt {
  readonly type: 'return-payment';
  readonly reservationId: number;
  readonly expiresAt: number;
}

/** The pool has its credit: the payment can never go back. */
export interface KeepPayment extends DecidedAt {
  readonly type: 'keep-payment';
  readonly reservationId: number;
}

/** Puts in what capacity that was given back was worth, once (capacity §15.10). */
export interface ReceivePayout extends DecidedAt {
  readonly type: 'receive-payout';
  readonly payoutId: string;
  readonly asset: string;
  /** In 10⁻⁷ of the asset; more than 0. */
  readonly amount: bigint;
}

/** Whoever owed the payout knows that it is done, and never sends it again. */
export interface ForgetPayout extends DecidedAt {
  readonly type: 'forget-payout';
  readonly payoutId: string;
}

export type LedgerCommand = DepositFunds | TakePayment | ReturnPayment | KeepPayment | ReceivePayout | ForgetPayout;

export type PartyCommand = RegisterParty | UpdateParty | LedgerCommand;
