import { randomUUID } from 'node:crypto';
import { Aggregation } from '@drawdown/proto';
import { refusalOf, type Client } from './client.js';
import {
  balanceOf,
  effectsOf,
  eventually,
  givenCatalog,
  givenCustomer,
  givenEntitlement,
  givenFeature,
  givenGrant,
  givenMeter,
  ingest,
  usage,
} from './given.js';
import { World } from './world.js';

const MINUTE_MS = 60_000;

describe('meters', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  /** A balance, once its meter has been counted; until then nothing but NOT_READY is answered. */
  const readyBalance = (customer: string, featureKey: string) =>
    eventually('the meter is counted', async () => {
      const read = balanceOf(client, customer, { featureKey });
      const refusal = await refusalOf(read).catch(() => undefined);
      if (refusal === undefined) return read;
      expect(refusal).toMatchObject({ code: 'UNAVAILABLE', reason: 'NOT_READY' });
      return undefined;
    });

  it('that are made after the usage count it, all of it, once', async () => {
    const type = `early-${randomUUID()}`;
    const customers = Array.from({ length: 20 }, () => randomUUID());
    const events = customers.flatMap(customer => [
      usage(customer, 2, { type }),
      usage(customer, '0.5', { type, atMs: Date.now() - 30 * MINUTE_MS }),
    ]);
    expect(new Set(await effectsOf(client, events))).toEqual(new Set(['UNMATCHED']));
    const cancelled = usage(customers[0] ?? '', 100, { type });
    await ingest(client, [cancelled, ...events.slice(0, 4)]);
    await givenMeter(client, { key: type, eventType: type });
    await givenFeature(client, { key: type, meterKey: type });
    for (const customer of customers) {
      const { entitlement } = await givenEntitlement(client, customer, { featureKey: type });
      await givenGrant(client, entitlement, '200');
    }
    await ingest(
      client,
      customers.map(customer => usage(customer, 1, { type })),
      false,
    );
    for (const [index, customer] of customers.entries()) {
      const expected = index === 0 ? '96.5' : '196.5';
      await eventually(`usage of ${index}`, async () => ((await readyBalance(customer, type)).balance === expected ? true : undefined));
    }
    expect(await effectsOf(client, [cancelled])).toEqual(['DUPLICATE']);
  });

  it('of one event type count it each in its own way', async () => {
    const type = `two-${randomUUID()}`;
    const customer = randomUUID();
    const keys = { input: '$.input', output: '$.nested.output', calls: undefined };
    for (const [key, valuePath] of Object.entries(keys)) {
      await givenMeter(client, {
        key: `${type}-${key}`,
        eventType: type,
        ...(valuePath === undefined ? { aggregation: Aggregation.COUNT } : { valuePath }),
      });
      await givenFeature(client, { key: `${type}-${key}`, meterKey: `${type}-${key}` });
      const { entitlement } = await givenEntitlement(client, customer, { featureKey: `${type}-${key}` });
      await givenGrant(client, entitlement, '100');
    }
    const event = (data: object) => usage(customer, 0, { type, data: Buffer.from(JSON.stringify(data)) });
    const events = [
      event({ input: 1, nested: { output: '2.5' } }),
      event({ input: 4 }),
      event({}),
      event({ input: -1, nested: { output: 3 } }),
    ];
    expect(new Set(await effectsOf(client, events))).toEqual(new Set(['COUNTED']));
    expect((await readyBalance(customer, `${type}-input`)).usageInPeriod).toBe('5');
    expect((await readyBalance(customer, `${type}-output`)).usageInPeriod).toBe('5.5');
    expect((await readyBalance(customer, `${type}-calls`)).usageInPeriod).toBe('4');
  });

  it('with groups count for a feature only what passes its filters', async () => {
    const type = `grouped-${randomUUID()}`;
    const customer = randomUUID();
    await givenMeter(client, { key: type, eventType: type, groupBy: { model: '$.model', region: "$['where'].region" } });
    const filters: Record<string, Record<string, { values: string[] }>> = {
      all: {},
      large: { model: { values: ['large', 'huge'] } },
      'large-eu': { model: { values: ['large', 'huge'] }, region: { values: ['eu'] } },
      nowhere: { region: { values: [''] } },
    };
    for (const [name, groupFilters] of Object.entries(filters)) {
      await givenFeature(client, { key: `${type}-${name}`, meterKey: type, groupFilters });
      const { entitlement } = await givenEntitlement(client, customer, { featureKey: `${type}-${name}` });
      await givenGrant(client, entitlement, '100');
    }
    const event = (tokens: number, model: unknown, region?: unknown) =>
      usage(customer, 0, { type, data: Buffer.from(JSON.stringify({ tokens, model, where: { region } })) });
    await ingest(client, [event(1, 'small', 'eu'), event(2, 'large', 'us'), event(4, 'huge', 'eu'), event(8, 'huge'), event(16, 7, null)]);
    const used = async (name: string) => (await readyBalance(customer, `${type}-${name}`)).usageInPeriod;
    expect([await used('all'), await used('large'), await used('large-eu'), await used('nowhere')]).toEqual(['31', '14', '4', '24']);
  });

  it('count a whole month of every minute exactly', async () => {
    const { customer } = await givenCustomer(client, '1000000', { measuredSinceMs: 50 * MINUTE_MS });
    const events = Array.from({ length: 500 }, (_, index) => usage(customer, '0.1', { atMs: Date.now() - (index % 50) * MINUTE_MS }));
    await ingest(client, events);
    expect((await readyBalance(customer, 'tokens')).usageInPeriod).toMatch(/^(50|49)(\.\d)?$/);
  });
});
