import { randomUUID } from 'node:crypto';
import { decodePosition, encodePosition } from '@drawdown/eventlog';
import {
  AccessReason,
  AccessServiceService,
  BalancesServiceService,
  BatchCheckAccessRequest,
  CatalogServiceService,
  CheckAccessRequest,
  EntitlementsServiceService,
  GetBalanceHistoryRequest,
  GetBalanceRequest,
  GetMeterRequest,
  GrantsServiceService,
  ListEntitlementsRequest,
  ListGrantsRequest,
  VoidGrantRequest,
  type Entitlement,
  type Grant,
  type Segment,
} from '@drawdown/proto';
import { millis, newCommand, refusalOf, timestamp, type Client } from './client.js';
import { balanceOf, givenCatalog, givenCustomer, givenEntitlement, givenFeature, givenGrant, ingest, TOKENS, usage } from './given.js';
import { World } from './world.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type Partial<T extends { fromPartial: (value: never) => unknown }> = Parameters<T['fromPartial']>[0];

describe('reads', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const listGrants = (request: Partial<typeof ListGrantsRequest>, of = client) =>
    of.call(GrantsServiceService.listGrants, ListGrantsRequest.fromPartial(request));
  const history = (request: Partial<typeof GetBalanceHistoryRequest>) =>
    client.call(BalancesServiceService.getBalanceHistory, GetBalanceHistoryRequest.fromPartial({ featureKey: TOKENS, ...request }));
  const check = async (customer: string, featureKey = TOKENS) =>
    (await client.call(AccessServiceService.checkAccess, CheckAccessRequest.fromPartial({ customer, featureKey }))).access;

  describe('of a position', () => {
    it('see what was written before it: usage, grants and lists', async () => {
      const { customer, entitlement } = await givenCustomer(client, '100');
      for (let round = 1; round <= 10; round += 1) {
        const { position } = await ingest(client, [usage(customer, 1)], false);
        expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ usageInPeriod: String(round) });
      }
      const { grant, position } = await givenGrant(client, entitlement, '5');
      expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ balance: '95' });
      const { grants } = await listGrants({ customers: [customer], minPosition: position });
      expect(grants.map(({ id }) => id)).toContain(grant.id);
    });

    it('say which one they reflect, at least the one that was asked for', async () => {
      const { customer } = await givenCustomer(client, '100');
      const { position } = await ingest(client, [usage(customer, 1)], false);
      const { freshness } = await client.call(
        BalancesServiceService.getBalance,
        GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition: position }),
      );
      const reflected = decodePosition(freshness?.position ?? '');
      for (const { stream, sequence } of decodePosition(position)) {
        expect(reflected.find(component => component.stream === stream)?.sequence).toBeGreaterThanOrEqual(sequence);
      }
      expect(freshness).toMatchObject({ stale: false });
      expect(Math.abs(millis(freshness?.asOf) - Date.now())).toBeLessThan(MINUTE_MS);
    });

    it('that is not reached in time are refused, for their own partition only', async () => {
      const { customer, position } = await givenCustomer(client, '100');
      const ahead = (partition: (real: number) => number): string =>
        encodePosition(
          decodePosition(position).map(component => ({ ...component, partition: partition(component.partition), sequence: 1_000_000_000 })),
        );
      const minPosition = ahead(real => real);
      const reads = [
        () =>
          client.call(
            BalancesServiceService.getBalance,
            GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition }),
            soon,
          ),
        () =>
          client.call(
            AccessServiceService.checkAccess,
            CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS, minPosition }),
            soon,
          ),
        () => client.call(GrantsServiceService.listGrants, ListGrantsRequest.fromPartial({ minPosition }), soon),
      ];
      for (const read of reads) {
        const refusal = await refusalOf(read());
        expect(['STALE_READ', 'DEADLINE_EXCEEDED']).toContain(refusal.reason === '' ? refusal.code : refusal.reason);
      }
      expect(await balanceOf(client, customer, { minPosition: ahead(real => (real + 1) % 64) })).toMatchObject({ balance: '100' });
    });

    it('of another incarnation, or that is none, are refused by every read', async () => {
      const { customer, position } = await givenCustomer(client, '100');
      const before = encodePosition(decodePosition(position).map(component => ({ ...component, incarnation: '0'.repeat(26) })));
      const catalogue = encodePosition([{ stream: 'entitlements', incarnation: '0'.repeat(26), partition: 64, sequence: 1 }]);
      const reads = (minPosition: string) => [
        client.call(BalancesServiceService.getBalance, GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition })),
        client.call(AccessServiceService.checkAccess, CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS, minPosition })),
        client.call(GrantsServiceService.listGrants, ListGrantsRequest.fromPartial({ minPosition })),
        client.call(EntitlementsServiceService.listEntitlements, ListEntitlementsRequest.fromPartial({ minPosition })),
        client.call(
          CatalogServiceService.getMeter,
          GetMeterRequest.fromPartial({ key: TOKENS, minPosition: minPosition === before ? catalogue : minPosition }),
        ),
      ];
      for (const refusal of await Promise.all(reads(before).map(refusalOf))) {
        expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'POSITION_UNKNOWN', metadata: { incarnation: '0'.repeat(26) } });
      }
      for (const refusal of await Promise.all(reads('nonsense').map(refusalOf))) {
        expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION', violations: [{ field: 'min_position' }] });
      }
    });
  });

  describe('of a balance', () => {
    it('answer for any time since the start of measurement', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10', { measuredSinceMs: 3 * HOUR_MS });
      const start = millis(entitlement.metered?.measureUsageFrom);
      await ingest(client, [usage(customer, 4, { atMs: start + HOUR_MS + 1 }), usage(customer, 1)]);
      const at = async (ms: number) => balanceOf(client, customer, { at: timestamp(ms) });
      expect(await at(start)).toMatchObject({ balance: '10', usageInPeriod: '0' });
      expect(await at(start + HOUR_MS)).toMatchObject({ balance: '10' });
      const rounded = await at(start + HOUR_MS + 1);
      expect(rounded).toMatchObject({ balance: '6', usageInPeriod: '4', totalAvailable: '10', hasAccess: true });
      expect(millis(rounded.at)).toBe(start + HOUR_MS + MINUTE_MS);
      expect(await at(Date.now())).toMatchObject({ balance: '5' });
      expect(await at(start + 40 * DAY_MS)).toMatchObject({ balance: '0', usageInPeriod: '0' });
      expect(await refusalOf(at(start - MINUTE_MS))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        metadata: { rule: 'before_start_of_measurement' },
      });
    });

    it('answer overage, soft limits and no access at 0', async () => {
      const hard = await givenCustomer(client, '3');
      const soft = await givenCustomer(client, '3', { softLimit: true });
      for (const { customer } of [hard, soft]) await ingest(client, [usage(customer, 3)]);
      expect(await balanceOf(client, hard.customer)).toMatchObject({ balance: '0', overage: '0', hasAccess: false });
      await ingest(client, [usage(soft.customer, 2)]);
      expect(await balanceOf(client, soft.customer)).toMatchObject({ balance: '0', overage: '2', hasAccess: true, totalAvailable: '3' });
    });

    it('refuse both or neither of id and feature', async () => {
      for (const reference of [{}, { entitlementId: 'a', featureKey: 'b' }]) {
        const read = client.call(BalancesServiceService.getBalance, GetBalanceRequest.fromPartial({ customer: 'c', ...reference }));
        expect(await refusalOf(read)).toMatchObject({ reason: 'VALIDATION', violations: [{ field: 'entitlement_id' }] });
      }
    });
  });

  describe('of a history', () => {
    it('page through segments that cover exactly the time asked for', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10', { measuredSinceMs: 3 * HOUR_MS });
      const start = millis(entitlement.metered?.measureUsageFrom);
      for (const hours of [1, 2]) await givenGrant(client, entitlement, '5', { effectiveAt: timestamp(start + hours * HOUR_MS) });
      await ingest(client, [usage(customer, 12, { atMs: start + 90 * MINUTE_MS })]);
      const range = { customer, startTime: timestamp(start + 30_000), endTime: timestamp(start + 150 * MINUTE_MS + 1) };
      const segments: Segment[] = [];
      for (let pageToken = ''; ;) {
        const page = await history({ ...range, pageSize: 2, pageToken });
        expect(page.totalSize).toBe(3);
        segments.push(...page.segments);
        pageToken = page.nextPageToken;
        if (pageToken === '') break;
        expect(page.segments).toHaveLength(2);
      }
      const edges = [start, start + HOUR_MS, start + 2 * HOUR_MS, start + 151 * MINUTE_MS];
      expect(segments.map(({ startTime, endTime }) => [millis(startTime), millis(endTime)])).toEqual(
        [0, 1, 2].map(index => [edges[index], edges[index + 1]]),
      );
      expect(segments.map(({ totalUsage }) => totalUsage)).toEqual(['0', '12', '0']);
      expect(segments[1]?.grantUsages.map(({ usage: paid }) => paid)).toEqual(['10', '2']);
    });

    it('refuse what was not measured, ends before it starts, or is no page', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const start = millis(entitlement.metered?.measureUsageFrom);
      expect(await refusalOf(history({ customer, startTime: timestamp(start - MINUTE_MS) }))).toMatchObject({
        reason: 'VALIDATION',
        metadata: { rule: 'before_start_of_measurement' },
      });
      const reversed = { customer, startTime: timestamp(start + HOUR_MS), endTime: timestamp(start) };
      expect(await refusalOf(history(reversed))).toMatchObject({ metadata: { rule: 'history_ends_before_start' } });
      expect(await refusalOf(history({ customer, pageToken: 'nonsense' }))).toMatchObject({ violations: [{ field: 'page_token' }] });
      expect(await refusalOf(history({ customer, pageSize: 1_001 }))).toMatchObject({ violations: [{ field: 'page_size' }] });
    });
  });

  describe('of lists', () => {
    const all = async (request: Partial<typeof ListGrantsRequest>, of = client): Promise<Grant[]> => {
      const grants: Grant[] = [];
      for (let pageToken = ''; ;) {
        const page = await listGrants({ ...request, pageSize: 3, pageToken }, of);
        expect(page.grants.length).toBeLessThanOrEqual(3);
        grants.push(...page.grants);
        expect(page.totalSize).toBeGreaterThanOrEqual(grants.length);
        pageToken = page.nextPageToken;
        if (pageToken === '') return grants;
      }
    };

    it('order grants by every field, each one once over all pages', async () => {
      const other = world.clientOf(client.address, await world.token('lists'));
      await givenCatalog(other);
      const { entitlement, customer } = await givenCustomer(other, '1');
      const start = millis(entitlement.metered?.measureUsageFrom);
      let minPosition = '';
      for (let index = 0; index < 7; index += 1) {
        const effectiveAt = timestamp(start + (index % 3) * HOUR_MS);
        const expiration = index % 2 === 0 ? { count: index + 1, unit: 2 } : undefined;
        ({ position: minPosition } = await givenGrant(other, entitlement, String(index + 2), {
          effectiveAt,
          ...(expiration === undefined ? {} : { expiration }),
        }));
      }
      const keys: Record<string, (grant: Grant) => number | string> = {
        id: ({ id }) => id,
        create_time: ({ createTime }) => millis(createTime),
        update_time: ({ updateTime }) => millis(updateTime),
        effective_at: ({ effectiveAt }) => millis(effectiveAt),
        expires_at: ({ expiresAt }) => (expiresAt === undefined ? Number.POSITIVE_INFINITY : millis(expiresAt)),
        entitlement_id: ({ entitlementId }) => entitlementId,
      };
      for (const [field, key] of Object.entries(keys)) {
        for (const direction of ['', ' asc', ' desc']) {
          const grants = await all({ orderBy: `${field}${direction}`, minPosition }, other);
          expect(new Set(grants.map(({ id }) => id)).size).toBe(8);
          expect(grants).toHaveLength(8);
          const found = grants.map(key);
          const wanted = [...found].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
          expect([field, direction, found]).toEqual([field, direction, direction === ' desc' ? wanted.reverse() : wanted]);
        }
      }
      expect((await all({ minPosition }, other)).map(keys.effective_at ?? String)).toEqual(
        (await all({ orderBy: 'effective_at' }, other)).map(keys.effective_at ?? String),
      );
      expect(await refusalOf(listGrants({ orderBy: 'amount' }))).toMatchObject({
        reason: 'VALIDATION',
        violations: [{ field: 'order_by' }],
      });
      expect(await refusalOf(listGrants({ pageToken: 'bm9uc2Vuc2U' }))).toMatchObject({ violations: [{ field: 'page_token' }] });
      expect(customer).not.toBe('');
    });

    it('filter grants by customer, entitlement and feature, all of which must hold', async () => {
      await givenFeature(client, { key: 'second', meterKey: TOKENS });
      const one = await givenCustomer(client, '1');
      const two = await givenCustomer(client, '2');
      const { entitlement } = await givenEntitlement(client, one.customer, { featureKey: 'second' });
      const { grant, position: minPosition } = await givenGrant(client, entitlement, '3');
      const customers = [one.customer, two.customer];
      const ids = async (request: Partial<typeof ListGrantsRequest>) => {
        const { grants, totalSize } = await listGrants({ ...request, minPosition });
        expect(totalSize).toBe(grants.length);
        return new Set(grants.map(({ id }) => id));
      };
      expect(await ids({ customers })).toEqual(new Set([one.grant.id, two.grant.id, grant.id]));
      expect(await ids({ customers, featureKeys: ['second'] })).toEqual(new Set([grant.id]));
      expect(await ids({ entitlementIds: [two.entitlement.id] })).toEqual(new Set([two.grant.id]));
      expect(await ids({ customers: [one.customer], entitlementIds: [two.entitlement.id] })).toEqual(new Set());
    });

    it('show a voided grant with its time', async () => {
      const { customer, grant } = await givenCustomer(client, '1');
      const { position } = await client.call(
        GrantsServiceService.voidGrant,
        VoidGrantRequest.fromPartial({ ...newCommand(), customer, grantId: grant.id }),
      );
      for (const includeDeleted of [false, true]) {
        const { grants } = await listGrants({ customers: [customer], includeDeleted, minPosition: position });
        expect(grants.map(({ voidTime }) => voidTime !== undefined)).toEqual([true]);
      }
    });

    it('list entitlements one by one, whoever’s they are', async () => {
      const other = world.clientOf(client.address, await world.token('entitled'));
      await givenCatalog(other);
      await givenFeature(other, { key: 'second', meterKey: TOKENS });
      const given: Entitlement[] = [];
      for (const [index, featureKey] of [TOKENS, 'second', TOKENS, 'second', TOKENS].entries()) {
        given.push((await givenEntitlement(other, `c${Math.floor(index / 2)}`, { featureKey })).entitlement);
      }
      const { grant, position: minPosition } = await givenGrant(other, given.at(-1) as Entitlement, '1');
      expect(grant.amount).toBe('1');
      const pages: Entitlement[][] = [];
      for (let pageToken = ''; ;) {
        const page = await other.call(
          EntitlementsServiceService.listEntitlements,
          ListEntitlementsRequest.fromPartial({ pageSize: 1, pageToken, minPosition }),
        );
        expect(page.totalSize).toBe(5);
        pages.push(page.entitlements);
        pageToken = page.nextPageToken;
        if (pageToken === '') break;
      }
      expect(pages.map(page => page.length)).toEqual([1, 1, 1, 1, 1]);
      expect(pages.flat().map(({ id }) => id)).toEqual(given.map(({ id }) => id));
      const filtered = await other.call(
        EntitlementsServiceService.listEntitlements,
        ListEntitlementsRequest.fromPartial({ featureKeys: ['second'], minPosition }),
      );
      expect(filtered).toMatchObject({ entitlements: [{ id: given[1]?.id }, { id: given[3]?.id }], totalSize: 2, nextPageToken: '' });
    });
  });

  describe('of access', () => {
    it('say why', async () => {
      const paid = await givenCustomer(client, '1');
      const spent = await givenCustomer(client, '1');
      const soft = await givenCustomer(client, '1', { softLimit: true });
      for (const { customer } of [spent, soft]) await ingest(client, [usage(customer, 1)]);
      expect(await check(paid.customer)).toMatchObject({
        hasAccess: true,
        reason: AccessReason.BALANCE,
        balance: '1',
        entitlementId: paid.entitlement.id,
      });
      expect(await check(spent.customer)).toMatchObject({
        hasAccess: false,
        reason: AccessReason.EXHAUSTED,
        usageInPeriod: '1',
        balance: '0',
      });
      expect(await check(soft.customer)).toMatchObject({ hasAccess: true, reason: AccessReason.SOFT_LIMIT, balance: '0' });
      expect(await check(paid.customer, 'unknown')).toMatchObject({ hasAccess: false, reason: AccessReason.NO_ENTITLEMENT, balance: '' });
      expect(await check('unknown')).toMatchObject({ hasAccess: false, reason: AccessReason.NO_ENTITLEMENT, entitlementId: '' });
      expect(await check(paid.customer, paid.entitlement.id)).toMatchObject({ reason: AccessReason.NO_ENTITLEMENT });
    });

    it('begin with the measurement', async () => {
      const { customer } = await givenCustomer(client, '1', { measuredSinceMs: -HOUR_MS });
      expect(await check(customer)).toMatchObject({ hasAccess: false });
    });

    it('answer a batch in the order of its questions, up to a thousand', async () => {
      const one = await givenCustomer(client, '1');
      const batch = (count: number) =>
        BatchCheckAccessRequest.fromPartial({
          checks: Array.from({ length: count }, (_, index) => ({
            customer: index % 10 === 0 ? one.customer : `unknown-${index}`,
            featureKey: TOKENS,
          })),
        });
      const { results } = await client.call(AccessServiceService.batchCheckAccess, batch(1_000));
      expect(results.map(({ result }) => (result?.$case === 'access' ? result.value.hasAccess : undefined))).toEqual(
        Array.from({ length: 1_000 }, (_, index) => index % 10 === 0),
      );
      for (const count of [0, 1_001]) {
        expect(await refusalOf(client.call(AccessServiceService.batchCheckAccess, batch(count)))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'VALIDATION',
          violations: [{ field: 'checks' }],
        });
      }
    });

    it('refuse a batch with a question that is none, saying which', async () => {
      const checks = [
        { customer: 'a', featureKey: TOKENS },
        { customer: '', featureKey: TOKENS },
      ];
      const batch = client.call(AccessServiceService.batchCheckAccess, BatchCheckAccessRequest.fromPartial({ checks }));
      expect(await refusalOf(batch)).toMatchObject({ reason: 'VALIDATION', violations: [{ field: 'checks[1].customer' }] });
    });

    it('count usage of the running minute, at once', async () => {
      const { customer } = await givenCustomer(client, '1');
      const { position } = await ingest(client, [usage(customer, 1)]);
      const request = CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS, minPosition: position });
      const { access } = await client.call(AccessServiceService.checkAccess, request);
      expect(access).toMatchObject({ hasAccess: false, reason: AccessReason.EXHAUSTED });
    });
  });

  it('find an entitlement that was made a moment ago by its id', async () => {
    const customer = randomUUID();
    const { entitlement } = await givenEntitlement(client, customer);
    expect(await balanceOf(client, customer, { entitlementId: entitlement.id })).toMatchObject({
      entitlementId: entitlement.id,
      balance: '0',
    });
  });
});

const soon = { deadlineMs: 400 };
