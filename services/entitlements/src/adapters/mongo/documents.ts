import { idIndexCollection, type CollectionDeclaration, type ProjectedDocument, type ReadModelDeclaration } from '@drawdown/projections';
import type { EntitlementJson, GrantJson, ResetJson } from '../wire/ledger-json.js';

/** Balances of one entitlement at the server time of the customer's latest message. Quantities are decimal strings. */
export interface BalanceDocument {
  readonly at: Date;
  readonly balance: string;
  readonly usageInPeriod: string;
  readonly overage: string;
  readonly totalAvailable: string;
  readonly startOfPeriod: Date;
  readonly grantBalances: readonly { readonly grantId: string; readonly balance: string }[];
  readonly hasAccess: boolean;
}

export interface EntitlementDocument {
  readonly terms: EntitlementJson;
  readonly resets: readonly ResetJson[];
  /** Absent before the start of measurement. */
  readonly balance?: BalanceDocument;
}

/** A customer: f(usage up to `usageSequence`, ledger up to `entitlementSequence`); its grants are documents of their own. */
export interface CustomerDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly customer: string;
  readonly usageSequence: number;
  readonly entitlementSequence: number;
  /** Server time of the usage message `usageSequence`; absent: none. */
  readonly lastUsageAt?: Date;
  /** Time of the latest recorded command; absent: none. */
  readonly changedAt?: Date;
  readonly entitlements: readonly EntitlementDocument[];
}

export interface GrantDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly customer: string;
  readonly entitlementId: string;
  readonly featureKey: string;
  /** The ledger message that changed the grant last. */
  readonly entitlementSequence: number;
  readonly grant: GrantJson;
  /** Places of the order of lists (entitlements §10.3); a grant that never expires comes after all that do. */
  readonly grantId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly effectiveAt: Date;
  readonly expiresAt: Date;
  readonly isDeleted: boolean;
}

/** One customer's usage of one meter, group and UTC day (design §6). */
export interface UsageMinutesDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly customer: string;
  readonly meterKey: string;
  readonly group: string;
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  readonly usageSequence: number;
  /** Minute of the day and its sum, ascending. */
  readonly minutes: readonly (readonly [minute: number, sum: string])[];
  /** Later than the prompt bound: instants in milliseconds since 1970 and the sum. */
  readonly late: readonly (readonly [atMs: number, arrivedAtMs: number, sum: string])[];
}

/** A meter that one partition has counted from the beginning of the stream. */
export interface ReadyMeterDocument extends ProjectedDocument {
  readonly partition: number;
  readonly meterId: string;
  /** Always 0: a guard is needed, and where the meter was taken up differs from rebuild to rebuild. */
  readonly usageSequence: number;
}

export const CUSTOMERS: CollectionDeclaration<CustomerDocument> = {
  name: 'customers',
  sequences: ['usageSequence', 'entitlementSequence'],
  indexes: [{ key: { partition: 1 } }, { key: { namespace: 1, customer: 1 } }],
};

export const GRANTS: CollectionDeclaration<GrantDocument> = {
  name: 'grants',
  sequences: ['entitlementSequence'],
  indexes: [
    { key: { partition: 1 } },
    { key: { namespace: 1, customer: 1 } },
    { key: { namespace: 1, effectiveAt: 1, _id: 1 } },
    { key: { namespace: 1, createdAt: 1, _id: 1 } },
  ],
};

export const USAGE_MINUTES: CollectionDeclaration<UsageMinutesDocument> = {
  name: 'usage_minutes',
  sequences: ['usageSequence'],
  indexes: [{ key: { partition: 1, namespace: 1, meterKey: 1 } }, { key: { namespace: 1, customer: 1, day: 1 } }],
};

export const READY_METERS: CollectionDeclaration<ReadyMeterDocument> = {
  name: 'ready_meters',
  sequences: ['usageSequence'],
  indexes: [{ key: { partition: 1 } }],
};

export const USAGE_IDS = idIndexCollection('usage_ids');

/** Everything that is folded, thrown away and rebuilt together (design §3.5). */
export const ENTITLEMENTS_READ_MODEL: ReadModelDeclaration = {
  name: 'entitlements',
  collections: [CUSTOMERS, GRANTS, USAGE_MINUTES, READY_METERS, USAGE_IDS],
};
