import type { InstantMs } from '@drawdown/calendar';
import type { CustomerEvent } from './events.js';
import type { Customer, LedgerEntitlement, LedgerGrant } from './state.js';

/** What the customer is after an event of a command given at `at`; the same events always give the same customer. */
export const evolveCustomer = (customer: Customer, event: CustomerEvent, at: InstantMs): Customer => ({
  entitlements: evolveEntitlements(customer.entitlements, event),
  changedAt: Math.max(customer.changedAt, at),
});

const evolveEntitlements = (entitlements: readonly LedgerEntitlement[], event: CustomerEvent): readonly LedgerEntitlement[] => {
  switch (event.type) {
    case 'entitlement-created':
      return [...entitlements, { ...event.entitlement, grants: [], resets: [] }];
    case 'grant-created':
      return changed(entitlements, event.entitlementId, entitlement => ({ ...entitlement, grants: withGrant(entitlement, event.grant) }));
    case 'grant-voided':
      return changed(entitlements, event.entitlementId, entitlement => ({
        ...entitlement,
        grants: entitlement.grants.map(grant => (grant.id === event.grantId ? { ...grant, voidedAt: event.at } : grant)),
      }));
    case 'usage-reset':
      return changed(entitlements, event.entitlementId, entitlement => ({ ...entitlement, resets: [...entitlement.resets, event.reset] }));
    case 'balance-corrected':
      return entitlements;
  }
};

/** A stored grant may be newer than its customer when a crash came between the two; folding its creation once more changes nothing. */
const withGrant = ({ grants }: LedgerEntitlement, grant: LedgerGrant): readonly LedgerGrant[] =>
  grants.some(({ id }) => id === grant.id) ? grants : [...grants, grant];

const changed = (
  entitlements: readonly LedgerEntitlement[],
  entitlementId: string,
  change: (entitlement: LedgerEntitlement) => LedgerEntitlement,
): readonly LedgerEntitlement[] => entitlements.map(entitlement => (entitlement.id === entitlementId ? change(entitlement) : entitlement));
