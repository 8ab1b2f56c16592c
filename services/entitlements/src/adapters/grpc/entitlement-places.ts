import type { ProjectionCollection } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import type { LedgerEntitlement } from '../../domain/index.js';
import type { CustomerDocument } from '../mongo/documents.js';
import { fromDbCustomer } from '../mongo/map-documents.js';

/** What a list of entitlements is asked for; empty: all. */
interface EntitlementFilter {
  readonly customers: readonly string[];
  readonly featureKeys: readonly string[];
}

/** One entitlement of a customer's document. */
export interface Place {
  readonly document: CustomerDocument;
  /** Among the customer's entitlements that the list asks for. */
  readonly index: number;
  readonly entitlement: LedgerEntitlement;
}

const FEATURE_KEY = 'entitlements.terms.featureKey';

/** Customers that have at least one of the entitlements. */
export const entitledCustomers = (namespace: string, { customers, featureKeys }: EntitlementFilter): Filter<CustomerDocument> => ({
  namespace,
  ...(customers.length === 0 ? {} : { customer: { $in: [...customers] } }),
  ...(featureKeys.length === 0 ? { 'entitlements.0': { $exists: true } } : { [FEATURE_KEY]: { $in: [...featureKeys] } }),
});

/** A customer's entitlements that are asked for, in the order of their creation. */
export const placesIn = (document: CustomerDocument, { featureKeys }: EntitlementFilter): readonly Place[] =>
  fromDbCustomer(document, [])
    .customer.entitlements.filter(({ featureKey }) => featureKeys.length === 0 || featureKeys.includes(featureKey))
    .map((entitlement, index) => ({ document, index, entitlement }));

/** A customer has at most one entitlement for each feature: those that have it are counted, or those that have a first, a second, and so on. */
export const countEntitlements = async (
  collection: ProjectionCollection<CustomerDocument>,
  filter: Filter<CustomerDocument>,
  { featureKeys }: EntitlementFilter,
): Promise<number> => {
  let total = 0;
  for (const featureKey of new Set(featureKeys)) total += await collection.count({ ...filter, [FEATURE_KEY]: featureKey });
  if (featureKeys.length > 0) return total;
  for (let index = 0; ; index += 1) {
    const count = await collection.count({ ...filter, [`entitlements.${index}`]: { $exists: true } });
    if (count === 0) return total;
    total += count;
  }
};
