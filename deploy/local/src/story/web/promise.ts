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

/** Names of what the sessions burn down. */
export const SITE = { customer: 'web-site', feature: 'session-seconds', meter: 'session-seconds', eventType: 'web.session' } as const;

/** More than the sessions of the file last together. */
export const GRANTED_SECONDS = 60_000;
/** Longer than the story, so that no period ends in it. */
const USAGE_PERIOD = 'P1D';
const MINUTE_MS = 60_000;

/**
 * Gives the owner of the site its seconds. The sessions are of 2015, far beyond the late window, so they count when they arrive: measured from the
 * minute before now on. Answers the position of the grant.
 */
export const promiseSeconds = async (client: DrawdownClient): Promise<string> => {
  const start = toTimestamp(Date.now() - (Date.now() % MINUTE_MS) - MINUTE_MS);
  const { customer, feature: featureKey } = SITE;
  const meter = Meter.create({ key: SITE.meter, eventType: SITE.eventType, aggregation: Aggregation.SUM, valuePath: '$.value' });
  const { position: meterPosition } = await client.call(CatalogServiceService.createMeter, { ...newRequestIdentity(), meter });
  await client.call(CatalogServiceService.getMeter, { key: SITE.meter, minPosition: meterPosition });
  const feature = Feature.create({ key: featureKey, displayName: 'Seconds in sessions of a web site', meterKey: SITE.meter });
  const { position: featurePosition } = await client.call(CatalogServiceService.createFeature, { ...newRequestIdentity(), feature });
  await client.call(CatalogServiceService.getFeature, { key: featureKey, minPosition: featurePosition });
  const entitlement = Entitlement.create({
    customer,
    featureKey,
    type: EntitlementType.METERED,
    metered: { measureUsageFrom: start, usagePeriod: { interval: USAGE_PERIOD, anchor: start } },
  });
  await client.call(EntitlementsServiceService.createEntitlement, { ...newRequestIdentity(), entitlement });
  const grant = Grant.create({ customer, featureKey, amount: String(GRANTED_SECONDS), priority: 1, effectiveAt: start });
  return (await client.call(GrantsServiceService.createGrant, { ...newRequestIdentity(), grant })).position;
};

/** What is left and what was used, as decimal text. */
export interface SecondsLeft {
  readonly used: string;
  readonly balance: string;
}

export const readSeconds = async (client: DrawdownClient, minPosition: string): Promise<SecondsLeft> => {
  const request = { customer: SITE.customer, featureKey: SITE.feature, entitlementId: '', at: undefined, minPosition };
  const { balance } = await client.call(BalancesServiceService.getBalance, request);
  return { used: balance?.usageInPeriod ?? '', balance: balance?.balance ?? '' };
};
