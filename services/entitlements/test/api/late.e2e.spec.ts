import { LatePolicy } from '@drawdown/proto';
import { streamTable } from '@drawdown/eventlog';
import { timestamp, type Client } from './client.js';
import {
  balanceOf,
  effectsOf,
  eventually,
  givenCatalog,
  givenCustomer,
  givenEntitlement,
  givenFeature,
  givenGrant,
  ingest,
  TOKENS,
  usage,
} from './given.js';
import { World } from './world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Correction {
  readonly entitlementId: string;
  readonly before: string;
  readonly after: string;
  readonly usageSequence: number;
}

describe('late usage', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  /** The corrections in a customer's ledger, as any other service would read them. */
  const correctionsOf = async (customer: string): Promise<readonly Correction[]> => {
    const consumer = await world.jetstream.consumers.get(streamTable(world.prefix).entitlements.name, {
      filter_subjects: [world.subjects.customer('acme', customer)],
    });
    const corrections: Correction[] = [];
    for await (const message of await consumer.fetch({ max_messages: 100, expires: 1_000 })) {
      const text = message.string();
      if (text.includes('balance-corrected')) corrections.push(...correctionsIn(text));
      if (message.info.pending === 0) break;
    }
    return corrections;
  };

  it('is booked at its own time inside the window, as if it had been on time', async () => {
    const { customer } = await givenCustomer(client, '10', { measuredSinceMs: 3 * DAY_MS });
    const late = Date.now() - 2 * DAY_MS;
    const first = await ingest(client, [usage(customer, 1)]);
    expect(await balanceOf(client, customer, { at: timestamp(Date.now() - DAY_MS), minPosition: first.position })).toMatchObject({
      balance: '10',
    });
    await ingest(client, [usage(customer, 4, { atMs: late })]);
    expect(await balanceOf(client, customer, { at: timestamp(late - HOUR_MS) })).toMatchObject({ balance: '10' });
    expect(await balanceOf(client, customer, { at: timestamp(late + HOUR_MS) })).toMatchObject({ balance: '6', usageInPeriod: '4' });
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '5', usageInPeriod: '5' });
  });

  it('is announced once per message and entitlement, with the balances without and with it', async () => {
    await givenFeature(client, { key: 'tokens-too', meterKey: TOKENS });
    const { customer, entitlement } = await givenCustomer(client, '10', { measuredSinceMs: 3 * DAY_MS });
    const { entitlement: other } = await givenEntitlement(client, customer, { featureKey: 'tokens-too', measuredSinceMs: 3 * DAY_MS });
    await givenGrant(client, other, '100');
    await ingest(client, [usage(customer, 1)]);
    const late = [usage(customer, 2, { atMs: Date.now() - 2 * DAY_MS }), usage(customer, 3, { atMs: Date.now() - 5 * HOUR_MS })];
    await ingest(client, [...late, usage(customer, 1)]);
    expect(await effectsOf(client, late)).toEqual(['DUPLICATE', 'DUPLICATE']);
    const corrections = await eventually('two corrections', async () => {
      const found = await correctionsOf(customer);
      return found.length >= 2 ? found : undefined;
    });
    expect(corrections).toHaveLength(2);
    const byEntitlement = new Map(corrections.map(correction => [correction.entitlementId, correction]));
    expect(byEntitlement.get(entitlement.id)).toMatchObject({ before: '8', after: '3' });
    expect(byEntitlement.get(other.id)).toMatchObject({ before: '98', after: '93' });
    expect(new Set(corrections.map(({ usageSequence }) => usageSequence)).size).toBe(1);
  });

  it('is not announced where it changes no balance', async () => {
    const { customer } = await givenCustomer(client, '10', { measuredSinceMs: 3 * DAY_MS });
    await ingest(client, [usage(customer, 0, { atMs: Date.now() - 2 * DAY_MS }), usage(customer, 1)]);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '9' });
    expect(await correctionsOf(customer)).toEqual([]);
  });

  it('counts at its arrival beyond the window, or not at all, as the entitlement says', async () => {
    const lateWindowSeconds = 2 * 3_600;
    const measuredSinceMs = 3 * DAY_MS;
    const now = await givenCustomer(client, '10', { measuredSinceMs, lateWindowSeconds });
    const never = await givenCustomer(client, '10', { measuredSinceMs, lateWindowSeconds, latePolicy: LatePolicy.REJECT });
    const late = Date.now() - DAY_MS;
    for (const { customer } of [now, never]) {
      await ingest(client, [usage(customer, 4, { atMs: late }), usage(customer, 1, { atMs: Date.now() - 1.5 * HOUR_MS })]);
      expect(await balanceOf(client, customer, { at: timestamp(late + HOUR_MS) })).toMatchObject({ balance: '10' });
    }
    expect(await balanceOf(client, now.customer)).toMatchObject({ balance: '5' });
    expect(await balanceOf(client, never.customer)).toMatchObject({ balance: '9' });
  });

  it('before the start of measurement never counts', async () => {
    const { customer } = await givenCustomer(client, '10', { measuredSinceMs: HOUR_MS });
    await ingest(client, [usage(customer, 4, { atMs: Date.now() - 2 * HOUR_MS }), usage(customer, 1)]);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '9', usageInPeriod: '1' });
  });

  it('of up to a day ahead counts when its time has come', async () => {
    const { customer } = await givenCustomer(client, '10');
    await ingest(client, [usage(customer, 4, { atMs: Date.now() + 2 * HOUR_MS }), usage(customer, 1)]);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '9' });
    expect(await balanceOf(client, customer, { at: timestamp(Date.now() + 3 * HOUR_MS) })).toMatchObject({ balance: '5' });
  });
});

/** The corrections among the events of one ledger message, whichever envelope they travel in. */
const correctionsIn = (text: string): readonly Correction[] => {
  const found: Correction[] = [];
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('before' in value && 'after' in value) found.push(value as Correction);
    else Object.values(value).forEach(search);
  };
  search(JSON.parse(text));
  return found;
};
