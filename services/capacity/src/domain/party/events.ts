import type { RecordedAt } from '../pool/at-instant.js';
import type { Party } from './state.js';

/** Every event holds the party as it is after it: the last message of a party is its state. */
interface WithParty extends RecordedAt {
  readonly party: Party;
}

export interface PartyRegistered extends WithParty {
  readonly type: 'party-registered';
}

export interface PartyUpdated extends WithParty {
  readonly type: 'party-updated';
}

export interface FundsDeposited extends WithParty {
  readonly type: 'funds-deposited';
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

export interface PaymentTaken extends WithParty {
  readonly type: 'payment-taken';
  readonly reservationId: number;
  readonly asset: string;
  readonly amount: bigint;
}

/** 0 where nothing had been taken: then nothing ever will be. */
export interface PaymentReturned extends WithParty {
  readonly type: 'payment-returned';
  readonly reservationId: number;
  readonly amount: bigint;
}

export interface PaymentKept extends WithParty {
  readonly type: 'payment-kept';
  readonly reservationId: number;
}

export interface PayoutReceived extends WithParty {
  readonly type: 'payout-received';
  readonly payoutId: string;
  readonly asset: string;
  readonly amount: bigint;
}

export interface PayoutForgotten extends WithParty {
  readonly type: 'payout-forgotten';
  readonly payoutId: string;
}

export type PartyEvent =
  PartyRegistered | PartyUpdated | FundsDeposited | PaymentTaken | PaymentReturned | PaymentKept | PayoutReceived | PayoutForgotten;
