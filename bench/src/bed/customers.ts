import { newRequestIdentity, toTimestamp, type DrawdownClient } from '@drawdown/cli';
import {
  Aggregation,
  BalancesServiceService,
  CatalogServiceService,
  Entitlement,
  EntitlementsServiceService,
  EntitlementType,
  Feature,
  Grant,
  GrantsServiceService,
  Meter,
} from '@drawdown/proto';

/** Names that the benchmarks use. */
export const NAMES = { meter: 'tokens', feature: 'tokens', eventType: 'llm.call', source: '/bench/gateway' } as const;

const CUSTOMERS_AT_ONCE = 32;
/** So much that nobody runs dry: an exhausted customer costs less. */
const GRANT_AMOUNTS = ['1000000', '1000000000'] as const;

export const customerKeys = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `customer-${String(index).padStart(5, '0')}`);

/** One meter and one feature; every customer gets an entitlement of it from `startMs` on, and two grants of different priority. */
export const createCustomers = async (client: DrawdownClient, customers: readonly string[], startMs: number): Promise<void> => {
  await createCatalogue(client);
  await forEach(customers, customer => createOne(client, customer, startMs));
};

/** What the customers have used in all, read over gRPC: whole tokens. */
export const usedByAll = async (client: DrawdownClient, customers: readonly string[]): Promise<bigint> => {
  let sum = 0n;
  await forEach(customers, async customer => {
    const request = { customer, featureKey: NAMES.feature, entitlementId: '', at: undefined, minPosition: '' };
    const { balance } = await client.call(BalancesServiceService.getBalance, request);
    sum += BigInt(balance?.usageInPeriod ?? '0');
  });
  return sum;
};

const createCatalogue = async (client: DrawdownClient): Promise<void> => {
  const meter = Meter.create({ key: NAMES.meter, eventType: NAMES.eventType, aggregation: Aggregation.SUM, valuePath: '$.tokens' });
  const { position: meterPosition } = await client.call(CatalogServiceService.createMeter, { ...newRequestIdentity(), meter });
  await client.call(CatalogServiceService.getMeter, { key: NAMES.meter, minPosition: meterPosition });
  const feature = Feature.create({ key: NAMES.feature, displayName: 'Tokens', meterKey: NAMES.meter });
  const { position } = await client.call(CatalogServiceService.createFeature, { ...newRequestIdentity(), feature });
  await client.call(CatalogServiceService.getFeature, { key: NAMES.feature, minPosition: position });
};

const createOne = async (client: DrawdownClient, customer: string, startMs: number): Promise<void> => {
  const start = toTimestamp(startMs);
  const entitlement = Entitlement.create({
    customer,
    featureKey: NAMES.feature,
    type: EntitlementType.METERED,
    metered: { measureUsageFrom: start, usagePeriod: { interval: 'P1M', anchor: start } },
  });
  await client.call(EntitlementsServiceService.createEntitlement, { ...newRequestIdentity(), entitlement });
  for (const [priority, amount] of GRANT_AMOUNTS.entries()) {
    const grant = Grant.create({ customer, featureKey: NAMES.feature, amount, priority, effectiveAt: start });
    await client.call(GrantsServiceService.createGrant, { ...newRequestIdentity(), grant });
  }
};

const forEach = async (customers: readonly string[], work: (customer: string) => Promise<void>): Promise<void> => {
  for (let at = 0; at < customers.length; at += CUSTOMERS_AT_ONCE) {
    await Promise.all(customers.slice(at, at + CUSTOMERS_AT_ONCE).map(work));
  }
};
