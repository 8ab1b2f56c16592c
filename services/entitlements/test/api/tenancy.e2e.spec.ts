import {
  AccessReason,
  AccessServiceService,
  BalancesServiceService,
  BatchCheckAccessRequest,
  CatalogServiceService,
  CheckAccessRequest,
  CreateGrantRequest,
  EntitlementsServiceService,
  GetBalanceHistoryRequest,
  GetBalanceRequest,
  GetEntitlementRequest,
  GetFeatureRequest,
  GetGrantRequest,
  GetMeterRequest,
  GrantsServiceService,
  ListEntitlementsRequest,
  ListFeaturesRequest,
  ListGrantsRequest,
  ListMetersRequest,
  ResetUsageRequest,
  VoidGrantRequest,
} from '@drawdown/proto';
import { newCommand, refusalOf, type Client } from './client.js';
import {
  balanceOf,
  effectsOf,
  eventually,
  givenCatalog,
  givenCustomer,
  givenEntitlement,
  givenGrant,
  givenMeter,
  ingest,
  TOKENS,
  usage,
} from './given.js';
import { World, type Replica } from './world.js';

describe('another namespace', () => {
  let world: World;
  let replica: Replica;
  let stranger: Client;
  let ours: Awaited<ReturnType<typeof givenCustomer>>;

  beforeAll(async () => {
    ({ world, replica } = await World.withReplica());
    stranger = world.clientOf(replica.address, await world.token('globex'));
    await givenCatalog(replica.client);
    ours = await givenCustomer(replica.client, '100');
    await ingest(replica.client, [usage(ours.customer, 30)]);
  });
  afterAll(() => world.end());

  it('reads nothing of a customer by key or id, even with a position of it', async () => {
    const { customer, entitlement, grant, position: minPosition } = ours;
    const reads = [
      stranger.call(BalancesServiceService.getBalance, GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition })),
      stranger.call(BalancesServiceService.getBalance, GetBalanceRequest.fromPartial({ customer, entitlementId: entitlement.id })),
      stranger.call(BalancesServiceService.getBalanceHistory, GetBalanceHistoryRequest.fromPartial({ customer, featureKey: TOKENS })),
      stranger.call(
        EntitlementsServiceService.getEntitlement,
        GetEntitlementRequest.fromPartial({ customer, entitlementId: entitlement.id }),
      ),
      stranger.call(GrantsServiceService.getGrant, GetGrantRequest.fromPartial({ customer, grantId: grant.id })),
      stranger.call(CatalogServiceService.getMeter, GetMeterRequest.fromPartial({ key: TOKENS })),
      stranger.call(CatalogServiceService.getFeature, GetFeatureRequest.fromPartial({ key: TOKENS })),
    ];
    for (const refusal of await Promise.all(reads.map(refusalOf)))
      expect(refusal).toMatchObject({ code: 'NOT_FOUND', reason: 'NOT_FOUND' });
  });

  it('has no access through it', async () => {
    const { customer } = ours;
    const { access } = await stranger.call(
      AccessServiceService.checkAccess,
      CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS }),
    );
    expect(access).toMatchObject({ hasAccess: false, reason: AccessReason.NO_ENTITLEMENT, entitlementId: '' });
    const checks = [{ customer, featureKey: TOKENS }];
    const { results } = await stranger.call(AccessServiceService.batchCheckAccess, BatchCheckAccessRequest.fromPartial({ checks }));
    expect(results.map(({ result }) => result)).toMatchObject([{ $case: 'access', value: { hasAccess: false, entitlementId: '' } }]);
  });

  it('lists nothing of it', async () => {
    const filters = { customers: [ours.customer], featureKeys: [TOKENS] };
    for (const filter of [{}, filters, { ...filters, entitlementIds: [ours.entitlement.id] }]) {
      const listed = await stranger.call(GrantsServiceService.listGrants, ListGrantsRequest.fromPartial(filter));
      expect(listed).toMatchObject({ grants: [], totalSize: 0 });
    }
    const entitlements = await stranger.call(EntitlementsServiceService.listEntitlements, ListEntitlementsRequest.fromPartial(filters));
    expect(entitlements).toMatchObject({ entitlements: [], totalSize: 0 });
    const meters = await stranger.call(CatalogServiceService.listMeters, ListMetersRequest.fromPartial({}));
    const features = await stranger.call(CatalogServiceService.listFeatures, ListFeaturesRequest.fromPartial({ includeArchived: true }));
    expect([meters.meters, meters.totalSize, features.features, features.totalSize]).toEqual([[], 0, [], 0]);
  });

  it('changes nothing of it', async () => {
    const { customer, entitlement, grant } = ours;
    const command = newCommand();
    const changes = [
      stranger.call(
        GrantsServiceService.createGrant,
        CreateGrantRequest.fromPartial({
          ...command,
          grant: { customer, entitlementId: entitlement.id, amount: '1', effectiveAt: grant.effectiveAt },
        }),
      ),
      stranger.call(GrantsServiceService.voidGrant, VoidGrantRequest.fromPartial({ ...command, customer, grantId: grant.id })),
      stranger.call(EntitlementsServiceService.resetUsage, ResetUsageRequest.fromPartial({ ...command, customer, featureKey: TOKENS })),
    ];
    for (const refusal of await Promise.all(changes.map(refusalOf))) expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
    expect(await effectsOf(stranger, [usage(customer, 7)])).toEqual(['UNMATCHED']);
    expect(await balanceOf(replica.client, customer)).toMatchObject({ balance: '70', usageInPeriod: '30' });
  });

  it('may use the same keys, event ids and command ids for its own', async () => {
    await givenCatalog(stranger);
    const theirs = await givenCustomer(stranger, '10');
    const event = usage(theirs.customer, 4);
    expect(await effectsOf(stranger, [event])).toEqual(['COUNTED']);
    const twin = await givenCustomer(replica.client, '10');
    expect(await effectsOf(replica.client, [{ ...event, customer: twin.customer, data: Buffer.from('{"tokens":9}') }])).toEqual([
      'COUNTED',
    ]);
    expect(await balanceOf(stranger, theirs.customer)).toMatchObject({ balance: '6' });
    expect(await balanceOf(replica.client, twin.customer)).toMatchObject({ balance: '1' });
  });

  it('is told apart where namespace and meter together read like those of another one', async () => {
    await givenMeter(replica.client, { key: 'batch/tokens', eventType: 'another' });
    const alike = world.clientOf(replica.address, await world.token('acme/batch'));
    const customer = 'early-bird';
    await ingest(alike, [usage(customer, 4)]);
    await givenCatalog(alike);
    const { entitlement } = await givenEntitlement(alike, customer);
    await givenGrant(alike, entitlement, '10');
    const balance = await eventually('the balance', () => balanceOf(alike, customer).catch(() => undefined));
    expect(balance).toMatchObject({ balance: '6' });
  });
});
