import type { InstantMs } from '@drawdown/calendar';
import type { Quantity } from '@drawdown/quantity';
import type { UsageReset } from '../entitlement/entitlement.js';
import type { LedgerEntitlement, LedgerGrant } from './state.js';

/** Without grants and resets: those are events of their own. */
export type EntitlementTerms = Omit<LedgerEntitlement, 'grants' | 'resets'>;

export interface EntitlementCreated {
  readonly type: 'entitlement-created';
  readonly entitlement: EntitlementTerms;
}

export interface GrantCreated {
  readonly type: 'grant-created';
  readonly entitlementId: string;
  readonly grant: LedgerGrant;
}

export interface GrantVoided {
  readonly type: 'grant-voided';
  readonly entitlementId: string;
  readonly grantId: string;
  /** On the minute grid; what the grant paid before stays paid (entitlements §10.2). */
  readonly at: InstantMs;
}

export interface UsageWasReset {
  readonly type: 'usage-reset';
  readonly entitlementId: string;
  readonly reset: UsageReset;
}

/** Late usage changed a balance that was true before; an announcement that changes no state (entitlements §19.5). */
export interface BalanceCorrected {
  readonly type: 'balance-corrected';
  readonly entitlementId: string;
  /** Earliest instant at which the late usage counts. */
  readonly from: InstantMs;
  /** Balances at the message's server time, without and with its late events. */
  readonly before: Quantity;
  readonly after: Quantity;
  /** The usage message that brought the late events. */
  readonly usageSequence: number;
}

export type CustomerEvent = EntitlementCreated | GrantCreated | GrantVoided | UsageWasReset | BalanceCorrected;
