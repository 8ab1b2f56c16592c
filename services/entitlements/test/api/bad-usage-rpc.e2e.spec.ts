import { randomUUID } from 'node:crypto';
import { IngestUsageRequest, UsageOutcome, UsageServiceService, type UsageEvent } from '@drawdown/proto';
import { refusalOf, timestamp, type Client } from './client.js';
import { balanceOf, effectsOf, givenCatalog, givenCustomer, givenFeature, givenMeter, ingest, usage } from './given.js';
import { World } from './world.js';

const DAY_MS = 86_400_000;
const MEBIBYTE = 1_048_576;
const EVERY_PRINTABLE_ASCII = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));

const json = (text: string): { readonly data: Buffer } => ({ data: Buffer.from(text) });

describe('bad usage at the RPC', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const refused: [string, (event: UsageEvent) => UsageEvent, string, string][] = [
    ['without an id', event => ({ ...event, id: '' }), 'VALIDATION', 'id'],
    ['with an id of 129 bytes', event => ({ ...event, id: 'é'.repeat(65) }), 'VALIDATION', 'id'],
    ['with a control character in its id', event => ({ ...event, id: 'a\u0007' }), 'VALIDATION', 'id'],
    ['with an id of 1 MiB', event => ({ ...event, id: 'x'.repeat(MEBIBYTE) }), 'VALIDATION', 'id'],
    ['without a source', event => ({ ...event, source: '' }), 'VALIDATION', 'source'],
    ['without a type', event => ({ ...event, type: '' }), 'VALIDATION', 'type'],
    ['without a customer', event => ({ ...event, customer: '' }), 'VALIDATION', 'customer'],
    ['of a customer of 1 MiB', event => ({ ...event, customer: 'x'.repeat(MEBIBYTE) }), 'VALIDATION', 'customer'],
    ['more than a day ahead', event => ({ ...event, time: timestamp(Date.now() + DAY_MS + 60_000) }), 'EVENT_TIME_IN_FUTURE', 'time'],
    ['with a time of no year', event => ({ ...event, time: { seconds: 253_402_300_800, nanos: 0 } }), 'VALIDATION', 'time'],
    ['whose data is no JSON', event => ({ ...event, ...json('{tokens: 1}') }), 'UNPARSABLE', 'data'],
    ['whose data is NaN', event => ({ ...event, ...json('{"tokens":NaN}') }), 'UNPARSABLE', 'data'],
    ['whose data is two values', event => ({ ...event, ...json('{"tokens":1} {"tokens":2}') }), 'UNPARSABLE', 'data'],
    ['whose data would be more than data', event => ({ ...event, ...json('1,"id":"other"') }), 'UNPARSABLE', 'data'],
    ['whose data is not UTF-8', event => ({ ...event, data: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }), 'UNPARSABLE', 'data'],
    ['whose data is too large', event => ({ ...event, ...json(`"${'x'.repeat(MEBIBYTE)}"`) }), 'VALIDATION', 'data'],
    ['whose data is nested too deep', event => ({ ...event, ...json(deep(40)) }), 'EVENT_TOO_DEEP', 'data'],
    ['whose data is nested 30,000 deep', event => ({ ...event, ...json(deep(30_000)) }), 'EVENT_TOO_DEEP', 'data'],
    ['whose data is nested 1,000,000 deep', event => ({ ...event, ...json(deep(1_000_000)) }), 'VALIDATION', 'data'],
  ];

  it.each(refused)('refuses an event %s, and it alone', async (_what, spoil, reason, field) => {
    const { customer } = await givenCustomer(client, '10');
    const { results } = await ingest(client, [usage(customer, 1), spoil(usage(customer, 1)), usage(customer, 2)]);
    expect(results.map(({ outcome }) => UsageOutcome[outcome])).toEqual(['COUNTED', 'REFUSED', 'COUNTED']);
    expect(results[1]).toMatchObject({ position: '', error: { reason, field } });
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '7' });
  });

  it('keeps what no meter can use, and says so', async () => {
    const { customer } = await givenCustomer(client, '10');
    const values = [
      -1,
      '-0.5',
      'NaN',
      'Infinity',
      '1e22',
      '10000000000000000000000',
      'ten',
      '',
      null,
      true,
      [1],
      { n: 1 },
      '9'.repeat(200),
    ];
    expect(
      await effectsOf(
        client,
        values.map(value => usage(customer, value)),
      ),
    ).toEqual(values.map(() => 'UNMATCHED'));
    const odd = [
      usage(customer, 1, { type: 'unknown' }),
      usage(customer, 1, { data: Buffer.alloc(0) }),
      usage(customer, 1, json('[]')),
      usage(customer, 1, json('{"__proto__":{"tokens":5}}')),
      usage(customer, 1, json('{"constructor":{"tokens":5}}')),
    ];
    expect(await effectsOf(client, odd)).toEqual(odd.map(() => 'UNMATCHED'));
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '10', usageInPeriod: '0' });
  });

  it('counts what is unusual and right', async () => {
    const { customer } = await givenCustomer(client, '9999999999999999999999');
    const values = ['0.000000000001', 1e-12, '1e3', 0, '-0', '0005', '9999999999999999999998'];
    const events = values.map(value => usage(customer, value));
    expect(await effectsOf(client, [...events, usage(customer, 0, json('{"tokens":0.1000000000000000055511151231257827}'))])).toEqual(
      [...events, 0].map(() => 'COUNTED'),
    );
    expect(await balanceOf(client, customer)).toMatchObject({
      usageInPeriod: '10000000000000000001003.100000000002',
      overage: '1004.100000000002',
    });
  });

  it('reads a value whose name is that of an inherited member only where it is the data’s own', async () => {
    await givenMeter(client, { key: 'inherited', eventType: 'inherited', valuePath: "$['__proto__']" });
    await givenFeature(client, { key: 'inherited', meterKey: 'inherited' });
    const { customer } = await givenCustomer(client, '10', { featureKey: 'inherited' });
    const type = 'inherited';
    const events = [usage(customer, 0, { type }), usage(customer, 0, { type, ...json('{"__proto__":3}') })];
    expect(await effectsOf(client, events)).toEqual(['UNMATCHED', 'COUNTED']);
    expect(await balanceOf(client, customer, { featureKey: 'inherited' })).toMatchObject({ balance: '7' });
  });

  it('takes keys, ids and sources of every printable character', async () => {
    for (const key of [EVERY_PRINTABLE_ASCII, 'käufer 漢字 \u{1F4A7}', '%2e%2E', '..', '*', '>', '__proto__', 'a.b c/d']) {
      const { entitlement } = await givenCustomerNamed(key);
      const event = usage(key, 4, { id: key, source: `urn:${key}` });
      expect([key, await effectsOf(client, [event])]).toEqual([key, ['COUNTED']]);
      expect(await effectsOf(client, [event])).toEqual(['DUPLICATE']);
      expect(await balanceOf(client, key, { entitlementId: entitlement.id })).toMatchObject({ balance: '6' });
    }
  });

  const givenCustomerNamed = (customer: string) => givenCustomer(client, '10', { customer });

  it('refuses a batch of none and of too many, and what is no message', async () => {
    const { customer } = await givenCustomer(client, '10');
    for (const events of [[], Array.from({ length: 1_001 }, () => usage(customer, 1))]) {
      expect(await refusalOf(ingest(client, events))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        violations: [{ field: 'events' }],
      });
    }
    for (const bytes of [Buffer.from('nonsense'), Buffer.from([0x0a, 0xff]), Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0xff, 0xff])]) {
      const refusal = await refusalOf(client.callBytes(UsageServiceService.ingestUsage, bytes));
      expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'MALFORMED_REQUEST' });
    }
  });

  it('answers a whole batch of a thousand', async () => {
    const { customer } = await givenCustomer(client, '1000');
    const events = Array.from({ length: 1_000 }, () => usage(customer, '0.001'));
    expect(new Set(await effectsOf(client, events))).toEqual(new Set(['COUNTED']));
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '999' });
  });

  it('streams: one result an event, in the order sent', async () => {
    const { customer } = await givenCustomer(client, '10');
    const batches = [[usage(customer, 1)], [usage(customer, 1, { id: '' }), usage(customer, 2)], [usage(randomUUID(), 1)]];
    const { results, position } = await client.send(
      UsageServiceService.streamUsage,
      batches.map(events => IngestUsageRequest.fromPartial({ events })),
    );
    expect(results.map(({ outcome }) => UsageOutcome[outcome])).toEqual(['ACCEPTED', 'REFUSED', 'ACCEPTED', 'ACCEPTED']);
    expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ balance: '7' });
  });

  it('ends a stream with an empty batch, and one with more events than a call may have', async () => {
    const { customer } = await givenCustomer(client, '10');
    const batch = { events: Array.from({ length: 1_000 }, () => usage(customer, 1, { id: '' })) };
    for (const requests of [[{ events: [usage(customer, 1)] }, { events: [] }], Array.from({ length: 101 }, () => batch)]) {
      expect(await refusalOf(client.send(UsageServiceService.streamUsage, requests))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        violations: [{ field: 'events' }],
      });
    }
  });
});
