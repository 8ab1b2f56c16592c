import { randomUUID } from 'node:crypto';
import { formatInstant } from '@drawdown/calendar';
import {
  Aggregation,
  ArchiveFeatureRequest,
  CatalogServiceService,
  CreateEntitlementRequest,
  CreateFeatureRequest,
  CreateGrantRequest,
  CreateMeterRequest,
  EntitlementsServiceService,
  EntitlementType,
  GrantsServiceService,
  ResetUsageRequest,
  VoidGrantRequest,
} from '@drawdown/proto';
import { millis, newCommand, refusalOf, timestamp, type Client } from './client.js';
import { balanceOf, givenCatalog, givenCustomer, givenEntitlement, givenFeature, givenGrant, ingest, TOKENS, usage } from './given.js';
import { World } from './world.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type GrantPartial = NonNullable<Parameters<typeof CreateGrantRequest.fromPartial>[0]['grant']>;

describe('commands', () => {
  let world: World;
  let client: Client;

  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const createGrant = (grant: GrantPartial, command = newCommand()) =>
    client.call(GrantsServiceService.createGrant, CreateGrantRequest.fromPartial({ ...command, grant }));
  const voidGrant = (customer: string, grantId: string, at?: number, command = newCommand()) =>
    client.call(
      GrantsServiceService.voidGrant,
      VoidGrantRequest.fromPartial({ ...command, customer, grantId, ...(at === undefined ? {} : { at: timestamp(at) }) }),
    );
  const resetUsage = (customer: string, at?: number, more: Partial<ResetUsageRequest> = {}) =>
    client.call(
      EntitlementsServiceService.resetUsage,
      ResetUsageRequest.fromPartial({
        ...newCommand(),
        customer,
        featureKey: TOKENS,
        ...(at === undefined ? {} : { at: timestamp(at) }),
        ...more,
      }),
    );

  describe('of grants', () => {
    it('refuse what is no grant, in the order of the specification', async () => {
      const customer = `nobody-${randomUUID()}`;
      const effectiveAt = timestamp(Date.now());
      const unknown = { customer, featureKey: 'unknown' };
      expect(await refusalOf(createGrant({ ...unknown, amount: '-1' }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'GRANT_AMOUNT_MUST_BE_POSITIVE',
        metadata: { amount: '-1' },
        violations: [{ field: 'grant.amount' }],
      });
      expect(await refusalOf(createGrant({ ...unknown, amount: '0' }))).toMatchObject({ reason: 'GRANT_AMOUNT_MUST_BE_POSITIVE' });
      expect(await refusalOf(createGrant({ ...unknown, amount: '1' }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'GRANT_EFFECTIVE_AT_MUST_BE_SET',
        violations: [{ field: 'grant.effective_at' }],
      });
      expect(await refusalOf(createGrant({ ...unknown, amount: '1', effectiveAt }))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'NOT_FOUND',
        metadata: { kind: 'entitlement', id: 'unknown' },
      });
    });

    it('refuse one before the current usage period, and allow the future', async () => {
      const { customer, entitlement } = await givenCustomer(client, '1');
      const start = millis(entitlement.currentPeriodStart);
      const grant = { customer, featureKey: TOKENS, amount: '1' };
      expect(await refusalOf(createGrant({ ...grant, effectiveAt: timestamp(start - 1) }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        metadata: { rule: 'grant_before_current_period', periodStart: formatInstant(start) },
        violations: [{ field: 'grant.effective_at' }],
      });
      const future = await createGrant({ ...grant, effectiveAt: timestamp(Date.now() + DAY_MS) });
      expect(future.grant?.amount).toBe('1');
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '1' });
    });

    it('refuse to void what is not there, twice, in the future, or before the period', async () => {
      const { customer, entitlement, grant } = await givenCustomer(client, '1');
      const start = millis(entitlement.currentPeriodStart);
      expect(await refusalOf(voidGrant(customer, 'unknown'))).toMatchObject({
        code: 'NOT_FOUND',
        metadata: { kind: 'grant', id: 'unknown' },
      });
      const rules: [number, string][] = [
        [Date.now() + 2 * MINUTE_MS, 'void_in_future'],
        [start - MINUTE_MS, 'void_before_current_period'],
      ];
      for (const [at, rule] of rules) {
        expect(await refusalOf(voidGrant(customer, grant.id, at))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'VALIDATION',
          metadata: { rule },
          violations: [{ field: 'at' }],
        });
      }
      const voided = await voidGrant(customer, grant.id);
      expect(millis(voided.grant?.voidTime) % MINUTE_MS).toBe(0);
      expect(await refusalOf(voidGrant(customer, grant.id))).toMatchObject({ metadata: { rule: 'grant_already_voided' } });
    });

    it('leave what a voided grant paid before paid', async () => {
      const { customer, grant } = await givenCustomer(client, '10');
      await ingest(client, [usage(customer, 4, { atMs: Date.now() - 10 * MINUTE_MS })]);
      await voidGrant(customer, grant.id, Date.now() - 2 * MINUTE_MS);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '0', usageInPeriod: '4', overage: '0', totalAvailable: '4' });
    });

    it('recompute the period when a grant is backdated', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      await ingest(client, [usage(customer, 14, { atMs: Date.now() - 10 * MINUTE_MS })]);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '0', overage: '4' });
      const { grant } = await givenGrant(client, entitlement, '20', { priority: 0 });
      expect(await balanceOf(client, customer)).toMatchObject({
        balance: '16',
        overage: '0',
        grantBalances: [{ grantId: grant.id, balance: '6' }, { balance: '10' }],
      });
    });
  });

  describe('of entitlements', () => {
    const createEntitlement = (entitlement: NonNullable<Parameters<typeof CreateEntitlementRequest.fromPartial>[0]['entitlement']>) =>
      client.call(EntitlementsServiceService.createEntitlement, CreateEntitlementRequest.fromPartial({ ...newCommand(), entitlement }));
    const metered = {
      customer: 'nobody',
      featureKey: TOKENS,
      type: EntitlementType.METERED,
      metered: { usagePeriod: { interval: 'P1M' } },
    };

    it('refuse an unknown, an archived and an unmetered feature', async () => {
      expect(await refusalOf(createEntitlement({ ...metered, featureKey: 'unknown' }))).toMatchObject({
        code: 'NOT_FOUND',
        metadata: { kind: 'feature', id: 'unknown' },
      });
      await givenFeature(client, { key: 'archived' });
      await client.call(CatalogServiceService.archiveFeature, ArchiveFeatureRequest.fromPartial({ ...newCommand(), key: 'archived' }));
      await givenFeature(client, { key: 'unmetered', meterKey: '' });
      for (const [featureKey, rule] of [
        ['archived', 'archived'],
        ['unmetered', 'no_meter'],
      ] as const) {
        expect(await refusalOf(createEntitlement({ ...metered, featureKey }))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'INVALID_FEATURE',
          metadata: { featureKey, rule },
        });
      }
    });

    it('refuse a second one to the same feature, naming the first', async () => {
      const { customer, entitlement } = await givenCustomer(client, '1');
      expect(await refusalOf(createEntitlement({ ...metered, customer }))).toMatchObject({
        code: 'ALREADY_EXISTS',
        reason: 'ENTITLEMENT_ALREADY_EXISTS',
        metadata: { conflictingId: entitlement.id },
      });
    });

    it.each([
      ['PT59M', 'usage_period_too_short'],
      ['P2Y', 'usage_period_too_long'],
      ['PT3601S', 'usage_period_off_grid'],
      ['P0D', 'interval_not_positive'],
    ])('refuse a usage period of %s', async (interval, rule) => {
      expect(await refusalOf(createEntitlement({ ...metered, metered: { usagePeriod: { interval } } }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        metadata: { rule },
      });
    });

    it('take a usage period of several parts', async () => {
      const { entitlement } = await givenEntitlement(client, randomUUID(), { usagePeriod: { interval: 'P1M2W' } });
      expect(entitlement.metered?.usagePeriod?.interval).toBe('P1M2W');
    });

    it('name every field that is wrong', async () => {
      const bad = {
        customer: '',
        featureKey: 'x'.repeat(129),
        type: EntitlementType.STATIC,
        metered: { usagePeriod: { interval: 'monthly' } },
      };
      const { code, reason, violations } = await refusalOf(createEntitlement(bad));
      expect([code, reason]).toEqual(['INVALID_ARGUMENT', 'VALIDATION']);
      expect(violations.map(({ field }) => field).sort()).toEqual([
        'entitlement.customer',
        'entitlement.feature_key',
        'entitlement.metered.usage_period.interval',
        'entitlement.type',
      ]);
    });
  });

  describe('of resets', () => {
    it('refuse the future, the time before the period, and the minute of the last reset', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const start = millis(entitlement.currentPeriodStart);
      const resetAt = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 5 * MINUTE_MS;
      const rules: [number, string][] = [
        [Date.now() + 2 * MINUTE_MS, 'reset_in_future'],
        [start - MINUTE_MS, 'reset_before_current_period'],
        [start, 'reset_in_minute_of_last'],
      ];
      for (const [at, rule] of rules) {
        expect(await refusalOf(resetUsage(customer, at))).toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'VALIDATION',
          metadata: { rule },
        });
      }
      await resetUsage(customer, resetAt);
      expect(await refusalOf(resetUsage(customer, resetAt + 1))).toMatchObject({ metadata: { rule: 'reset_in_minute_of_last' } });
      expect(await refusalOf(resetUsage(customer, resetAt - MINUTE_MS))).toMatchObject({
        metadata: { rule: 'reset_before_current_period' },
      });
    });

    it('answer the balance after it, with usage 0', async () => {
      const { customer } = await givenCustomer(client, '10');
      await ingest(client, [usage(customer, 14, { atMs: Date.now() - 10 * MINUTE_MS })]);
      const { balance } = await resetUsage(customer, undefined, { preserveOverage: true });
      expect(balance).toMatchObject({ balance: '0', usageInPeriod: '0', overage: '4' });
      expect(await balanceOf(client, customer)).toMatchObject({ usageInPeriod: '0', overage: '4' });
    });

    it('are not found for whom there is nothing to reset', async () => {
      expect(await refusalOf(resetUsage('nobody'))).toMatchObject({ code: 'NOT_FOUND', metadata: { kind: 'entitlement', id: TOKENS } });
    });
  });

  describe('of the catalogue', () => {
    const createMeter = (meter: NonNullable<Parameters<typeof CreateMeterRequest.fromPartial>[0]['meter']>) =>
      client.call(
        CatalogServiceService.createMeter,
        CreateMeterRequest.fromPartial({
          ...newCommand(),
          meter: { key: 'm', eventType: 't', aggregation: Aggregation.SUM, valuePath: '$.n', ...meter },
        }),
      );
    const createFeature = (feature: NonNullable<Parameters<typeof CreateFeatureRequest.fromPartial>[0]['feature']>) =>
      client.call(
        CatalogServiceService.createFeature,
        CreateFeatureRequest.fromPartial({ ...newCommand(), feature: { key: 'f', ...feature } }),
      );

    it.each([
      ['meter.value_path', { valuePath: '' }],
      ['meter.value_path', { valuePath: 'n' }],
      ['meter.value_path', { valuePath: '$..n' }],
      ['meter.value_path', { aggregation: Aggregation.COUNT }],
      ['meter.group_by', { groupBy: { '1st': '$.a' } }],
      ['meter.aggregation', { aggregation: Aggregation.MAX }],
      ['meter.key', { key: '' }],
    ])('refuse a meter with a wrong %s', async (field, wrong) => {
      const { code, reason, violations } = await refusalOf(createMeter(wrong));
      expect([code, reason, violations.map(violation => violation.field)]).toEqual(['INVALID_ARGUMENT', 'VALIDATION', [field]]);
    });

    it.each([
      ['feature.key', { key: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
      ['feature.group_filters', { meterKey: TOKENS, groupFilters: { model: { values: ['a'] } } }],
      ['feature.group_filters', { meterKey: TOKENS, groupFilters: { model: { values: [] } } }],
      ['feature.group_filters', { meterKey: TOKENS, groupFilters: { model: { values: ['x'.repeat(257)] } } }],
    ])('refuse a feature with a wrong %s', async (field, wrong) => {
      const { code, reason, violations } = await refusalOf(createFeature(wrong));
      expect([code, reason, violations.map(violation => violation.field)]).toEqual(['INVALID_ARGUMENT', 'VALIDATION', [field]]);
    });

    it('refuse what exists, and what rests on what does not', async () => {
      expect(await refusalOf(createMeter({ key: TOKENS }))).toMatchObject({
        code: 'ALREADY_EXISTS',
        reason: 'METER_ALREADY_EXISTS',
        metadata: { meter: TOKENS },
      });
      expect(await refusalOf(createFeature({ key: TOKENS }))).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'FEATURE_ALREADY_EXISTS' });
      expect(await refusalOf(createFeature({ meterKey: 'unknown' }))).toMatchObject({
        code: 'NOT_FOUND',
        metadata: { kind: 'meter', id: 'unknown' },
      });
      const archive = ArchiveFeatureRequest.fromPartial({ ...newCommand(), key: 'unknown' });
      expect(await refusalOf(client.call(CatalogServiceService.archiveFeature, archive))).toMatchObject({
        code: 'NOT_FOUND',
        metadata: { kind: 'feature', id: 'unknown' },
      });
    });
  });

  describe('given again', () => {
    it('answer the first time’s ids and position, whatever has happened since', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const command = newCommand();
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: entitlement.currentPeriodStart };
      const first = await createGrant(grant, command);
      await givenGrant(client, entitlement, '7');
      const again = await createGrant(grant, command);
      expect([again.grant?.id, again.position]).toEqual([first.grant?.id, first.position]);
      const voidCommand = newCommand();
      const voided = await voidGrant(customer, first.grant?.id ?? '', undefined, voidCommand);
      expect(await voidGrant(customer, first.grant?.id ?? '', undefined, voidCommand)).toEqual(voided);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '17' });
    });

    it('count once however many come at the same time', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const command = newCommand();
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: entitlement.currentPeriodStart };
      const answers = await Promise.all(Array.from({ length: 20 }, () => createGrant(grant, command)));
      expect(new Set(answers.map(answer => `${answer.grant?.id} ${answer.position}`)).size).toBe(1);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '15' });
    });

    it('are refused with another body, and say so', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const command = newCommand();
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: entitlement.currentPeriodStart };
      await createGrant(grant, command);
      expect(await refusalOf(createGrant({ ...grant, amount: '6' }, command))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'IDEMPOTENCY_MISMATCH',
        metadata: { commandId: command.requestId },
      });
      expect(await refusalOf(voidGrant(customer, 'other', undefined, command))).toMatchObject({ reason: 'IDEMPOTENCY_MISMATCH' });
    });

    it('are the same with their maps in another order', async () => {
      const { customer, entitlement } = await givenCustomer(client, '10');
      const command = newCommand();
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: entitlement.currentPeriodStart };
      const first = await createGrant({ ...grant, metadata: { a: '1', b: '2' } }, command);
      expect((await createGrant({ ...grant, metadata: { b: '2', a: '1' } }, command)).position).toBe(first.position);
    });

    it('are decided anew where they were refused', async () => {
      const customer = randomUUID();
      const command = newCommand();
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: timestamp(Date.now()) };
      expect(await refusalOf(createGrant(grant, command))).toMatchObject({ reason: 'NOT_FOUND' });
      await givenEntitlement(client, customer);
      expect((await createGrant(grant, command)).grant?.amount).toBe('5');
    });

    it('are refused when they are older than ids are remembered, or from the future', async () => {
      const { customer } = await givenCustomer(client, '10');
      const grant = { customer, featureKey: TOKENS, amount: '5', effectiveAt: timestamp(Date.now()) };
      const old = { requestId: randomUUID(), requestTime: timestamp(Date.now() - DAY_MS - HOUR_MS) };
      expect(await refusalOf(createGrant(grant, old))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'COMMAND_EXPIRED',
        metadata: { commandId: old.requestId },
      });
      const ahead = { requestId: randomUUID(), requestTime: timestamp(Date.now() + HOUR_MS) };
      expect(await refusalOf(createGrant(grant, ahead))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        violations: [{ field: 'request_time' }],
      });
    });

    it('answer the same in the catalogue', async () => {
      const request = CreateMeterRequest.fromPartial({
        ...newCommand(),
        meter: { key: randomUUID(), eventType: 'other', aggregation: Aggregation.COUNT },
      });
      const first = await client.call(CatalogServiceService.createMeter, request);
      expect(await client.call(CatalogServiceService.createMeter, request)).toEqual(first);
      const other = { ...request, meter: { ...request.meter, eventType: 'another' } };
      expect(await refusalOf(client.call(CatalogServiceService.createMeter, CreateMeterRequest.fromPartial(other)))).toMatchObject({
        reason: 'IDEMPOTENCY_MISMATCH',
      });
    });
  });
});
