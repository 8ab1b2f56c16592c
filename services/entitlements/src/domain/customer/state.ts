import type { InstantMs } from '@drawdown/calendar';
import type { Feature, Meter } from '../catalog/meter.js';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import type { Grant } from '../grants/grant.js';
import type { Quantity } from '@drawdown/quantity';
import type { Lateness } from '../usage/booking.js';

/** A grant as the ledger keeps it: the engine's part and what belongs to its owner. */
export interface LedgerGrant extends Grant {
  /** The customer's own notes; never read by Drawdown. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Issued with the entitlement by `issueAfterReset` (entitlements §11.2). */
  readonly isDefault: boolean;
}

/** The allowance to which each reset of an entitlement refills (entitlements §11.2). */
export interface DefaultAllowance {
  readonly amount: Quantity;
  readonly priority: number;
}

/** A metered entitlement with everything its balance needs: no third input is looked up when it is folded (design §4.6). */
export interface LedgerEntitlement extends MeteredEntitlement {
  readonly featureKey: string;
  /** As they were when the entitlement was created. */
  readonly meter: Meter;
  readonly groupFilters: Feature['groupFilters'];
  readonly lateness: Lateness;
  readonly issueAfterReset?: DefaultAllowance | undefined;
  /** The customer's own notes; never read by Drawdown. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: InstantMs;
  readonly grants: readonly LedgerGrant[];
}

/** The aggregate: a customer with all entitlements and grants (design §4.1). */
export interface Customer {
  readonly entitlements: readonly LedgerEntitlement[];
  /** Time of the latest recorded command; 0 before the first. */
  readonly changedAt: InstantMs;
}

export const NEW_CUSTOMER: Customer = { entitlements: [], changedAt: 0 };

/** By id first, then by feature key (entitlements §11.3). */
export const findEntitlement = (customer: Customer, idOrFeatureKey: string): LedgerEntitlement | undefined =>
  customer.entitlements.find(({ id }) => id === idOrFeatureKey) ??
  customer.entitlements.find(({ featureKey }) => featureKey === idOrFeatureKey);
