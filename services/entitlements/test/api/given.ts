import { randomUUID } from 'node:crypto';
import {
  Aggregation,
  BalancesServiceService,
  CatalogServiceService,
  CreateEntitlementRequest,
  CreateFeatureRequest,
  CreateGrantRequest,
  CreateMeterRequest,
  EntitlementsServiceService,
  EntitlementType,
  GetBalanceRequest,
  GrantsServiceService,
  IngestUsageRequest,
  UsageOutcome,
  UsageServiceService,
  type Balance,
  type Entitlement,
  type Grant,
  type IngestUsageResponse,
  type UsageEvent,
} from '@drawdown/proto';
import { newCommand, timestamp, type Client } from './client.js';

/** What the stories of these tests have in common: tokens that language models use. */
export const TOKENS_TYPE = 'llm.call';
export const TOKENS = 'tokens';

const HOUR_MS = 3_600_000;

export const givenMeter = (client: Client, meter: Parameters<typeof CreateMeterRequest.fromPartial>[0]['meter'] = {}): Promise<unknown> =>
  client.call(
    CatalogServiceService.createMeter,
    CreateMeterRequest.fromPartial({
      ...newCommand(),
      meter: {
        key: TOKENS,
        eventType: TOKENS_TYPE,
        aggregation: Aggregation.SUM,
        ...(meter?.aggregation === Aggregation.COUNT ? {} : { valuePath: '$.tokens' }),
        ...meter,
      },
    }),
  );

export const givenFeature = (
  client: Client,
  feature: Parameters<typeof CreateFeatureRequest.fromPartial>[0]['feature'] = {},
): Promise<unknown> =>
  client.call(
    CatalogServiceService.createFeature,
    CreateFeatureRequest.fromPartial({ ...newCommand(), feature: { key: TOKENS, meterKey: TOKENS, ...feature } }),
  );

/** A meter and a feature for it. */
export const givenCatalog = async (client: Client): Promise<void> => {
  await givenMeter(client);
  await givenFeature(client);
};

type MeteredPartial = NonNullable<NonNullable<Parameters<typeof CreateEntitlementRequest.fromPartial>[0]['entitlement']>['metered']>;

/** An entitlement that is measured since `measuredSinceMs` ago, with a usage period of a month from there. */
export const givenEntitlement = async (
  client: Client,
  customer: string,
  { featureKey = TOKENS, measuredSinceMs = HOUR_MS, ...metered }: MeteredPartial & { featureKey?: string; measuredSinceMs?: number } = {},
): Promise<{ readonly entitlement: Entitlement; readonly position: string }> => {
  const since = timestamp(Math.floor((Date.now() - measuredSinceMs) / 60_000) * 60_000);
  const { entitlement, position } = await client.call(
    EntitlementsServiceService.createEntitlement,
    CreateEntitlementRequest.fromPartial({
      ...newCommand(),
      entitlement: {
        customer,
        featureKey,
        type: EntitlementType.METERED,
        metered: { measureUsageFrom: since, usagePeriod: { interval: 'P1M', anchor: since }, ...metered },
      },
    }),
  );
  if (entitlement === undefined) throw new Error('the answer has no entitlement');
  return { entitlement, position };
};

/** A grant that is effective since the measurement began. */
export const givenGrant = async (
  client: Client,
  { customer, featureKey, metered }: Entitlement,
  amount: string,
  more: Parameters<typeof CreateGrantRequest.fromPartial>[0]['grant'] = {},
): Promise<{ readonly grant: Grant; readonly position: string }> => {
  const { grant, position } = await client.call(
    GrantsServiceService.createGrant,
    CreateGrantRequest.fromPartial({
      ...newCommand(),
      grant: {
        customer,
        featureKey,
        amount,
        ...(metered?.measureUsageFrom === undefined ? {} : { effectiveAt: metered.measureUsageFrom }),
        ...more,
      },
    }),
  );
  if (grant === undefined) throw new Error('the answer has no grant');
  return { grant, position };
};

/** A customer with an entitlement and one grant. */
export const givenCustomer = async (
  client: Client,
  amount: string,
  { customer = `customer-${randomUUID().slice(0, 8)}`, ...options }: Parameters<typeof givenEntitlement>[2] & { customer?: string } = {},
): Promise<{ readonly customer: string; readonly entitlement: Entitlement; readonly grant: Grant; readonly position: string }> => {
  const { entitlement } = await givenEntitlement(client, customer, options);
  return { customer, entitlement, ...(await givenGrant(client, entitlement, amount)) };
};

/** An event of `tokens`; everything may be said otherwise. */
export const usage = (customer: string, tokens: unknown, more: Partial<UsageEvent> & { readonly atMs?: number } = {}): UsageEvent => {
  const { atMs, ...rest } = more;
  return {
    id: randomUUID(),
    source: '/tests',
    type: TOKENS_TYPE,
    customer,
    time: atMs === undefined ? undefined : timestamp(atMs),
    data: Buffer.from(JSON.stringify({ tokens })),
    ...rest,
  };
};

export const ingest = (client: Client, events: readonly UsageEvent[], waitForEffect = true): Promise<IngestUsageResponse> =>
  client.call(UsageServiceService.ingestUsage, IngestUsageRequest.fromPartial({ events: [...events], waitForEffect }));

/** What became of each event, once its effect is known. */
export const effectsOf = async (client: Client, events: readonly UsageEvent[]): Promise<string[]> =>
  (await ingest(client, events)).results.map(({ outcome }) => UsageOutcome[outcome]);

export const balanceOf = async (
  client: Client,
  customer: string,
  more: Parameters<typeof GetBalanceRequest.fromPartial>[0] = {},
): Promise<Balance> => {
  const { balance } = await client.call(
    BalancesServiceService.getBalance,
    GetBalanceRequest.fromPartial({ customer, ...(more.entitlementId === undefined ? { featureKey: TOKENS } : {}), ...more }),
  );
  if (balance === undefined) throw new Error('the answer has no balance');
  return balance;
};

/** Resolves with what `look` finds once that is something; rejects with the name of what was waited for. */
export const eventually = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined, msMax = 15_000): Promise<T> => {
  const giveUpAtMs = Date.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAtMs) throw new Error(`${what} did not come true within ${msMax} ms`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};
