import { randomUUID } from 'node:crypto';
import {
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  SessionState,
  type DeadLetter,
} from '@drawdown/proto/sessions';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { Calls } from './calls.js';
import { refusalOf, type Client } from './client.js';
import { eventually } from './eventually.js';
import { hit } from './given.js';
import { World } from './world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Everything that producers with NATS may do wrong (issue 4, 5): refused with its code, counted, and nobody else notices. */
describe('bad input', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  let shop: string;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
    calls = new Calls(client);
    shop = await calls.property({ timeoutMs: HOUR_MS });
  });
  afterAll(() => world.end());

  const publishTo = async (subject: string, data: string | Uint8Array, contentType = 'application/cloudevents+json'): Promise<number> => {
    const sent = headers();
    sent.set('content-type', contentType);
    return (await jetstream(world.nats).publish(subject, data, { headers: sent })).seq;
  };

  const event = (data: object, attributes: object = {}): string =>
    JSON.stringify({ specversion: '1.0', id: randomUUID(), source: '/test', type: 'drawdown.hits.source.hit.v1', ...attributes, data });

  const whole = (data: object = {}): object => ({ clientId: 'visitor', propertyId: shop, eventName: 'page_view', ...data });
  const subjectOf = (clientId = 'visitor', propertyId = shop): string => world.subjects.hits('acme', propertyId, clientId);
  const envelope = (): string => world.subjects.hitsBatch(world.subjects.hitPartition('acme', shop, 'visitor'), 'acme');

  const letterOf = (sequence: number): Promise<DeadLetter> =>
    eventually(`message ${String(sequence)} lies in the dead letters`, async () =>
      (await calls.deadLetters()).find(({ stream, originalSequence }) => stream === 'hits' && originalSequence === sequence),
    );

  /** The sound hit of the same client that comes after it: the partition goes on. */
  const goesOn = async (): Promise<number> => {
    const position = await calls.publish([hit(shop)]);
    const [session] = await calls.list(shop, { clientId: 'visitor', minPosition: position });
    expect(session?.state).toBe(SessionState.OPEN);
    return session?.hitCount ?? 0;
  };

  const many = (count: number): Record<string, string[]> =>
    Object.fromEntries(Array.from({ length: count }, (_unused, index) => [`q${String(index)}`, ['v']]));

  const at = (aheadMs: number): object => ({ time: new Date(Date.now() + aheadMs).toISOString() });

  it.each<[string, () => Promise<number>, string]>([
    ['without a client', () => publishTo(envelope(), event(whole({ clientId: undefined }))), 'CLIENT_ID_MISSING'],
    ['with an empty client', () => publishTo(envelope(), event(whole({ clientId: '' }))), 'CLIENT_ID_MISSING'],
    ['without a property', () => publishTo(envelope(), event(whole({ propertyId: undefined }))), 'PROPERTY_ID_MISSING'],
    ['without a name', () => publishTo(subjectOf(), event(whole({ eventName: undefined }))), 'EVENT_NAME_MISSING'],
    [
      'of an unknown property',
      () => publishTo(subjectOf('visitor', 'nowhere'), event(whole({ propertyId: 'nowhere' }))),
      'UNKNOWN_PROPERTY',
    ],
    ['older than 7 days', () => publishTo(subjectOf(), event(whole(), at(-7 * DAY_MS - HOUR_MS))), 'HIT_TOO_OLD'],
    ['more than 5 minutes ahead', () => publishTo(subjectOf(), event(whole(), at(6 * 60_000))), 'HIT_FROM_FUTURE'],
    ['of more than 128 KiB', () => publishTo(subjectOf(), event(whole({ path: 'x'.repeat(128 * 1_024) }))), 'HIT_TOO_LARGE'],
    ['of another client than its subject', () => publishTo(subjectOf('somebody'), event(whole())), 'SUBJECT_MISMATCH'],
    ['of another property than its subject', () => publishTo(subjectOf(), event(whole({ propertyId: 'other' }))), 'SUBJECT_MISMATCH'],
    ['of another namespace than its envelope', () => publishTo(envelope(), event(whole(), { namespace: 'foreign' })), 'ENVELOPE_FOREIGN'],
    ['with an id of 129 bytes', () => publishTo(subjectOf(), event(whole(), { id: 'i'.repeat(129) })), 'HIT_ID_TOO_LONG'],
    ['with too many query parameters', () => publishTo(subjectOf(), event(whole({ queryParams: many(10_000) }))), 'HIT_TOO_MANY_VALUES'],
    ['of another type', () => publishTo(subjectOf(), event(whole(), { type: 'drawdown.hits.source.other.v1' })), 'EVENT_TYPE_UNKNOWN'],
    ['of the wrong shape', () => publishTo(subjectOf(), event(whole({ queryParams: 5 }))), 'HIT_INVALID'],
    ['that is no CloudEvent', () => publishTo(subjectOf(), '{"clientId":"visitor"}'), 'EVENT_INVALID'],
    ['that is no JSON', () => publishTo(subjectOf(), '{'), 'UNPARSABLE'],
    ['that is not UTF-8', () => publishTo(subjectOf(), Buffer.from([0x22, 0xff, 0xfe, 0x22])), 'UNPARSABLE'],
  ])('sets a hit %s aside under its code, and goes on', async (_what, publish, reason) => {
    const before = await goesOn();
    const sequence = await publish();
    expect(await goesOn()).toBe(before + 1);
    expect((await letterOf(sequence)).reason).toBe(reason);
  });

  it('takes the sound hits of an envelope whose others are bad', async () => {
    const before = await goesOn();
    const events = [whole(), whole({ clientId: undefined }), whole(), whole({ eventName: '' })].map(data => event(data));
    const sequence = await publishTo(envelope(), `[${events.join(',')}]`, 'application/cloudevents-batch+json');
    expect(await goesOn()).toBe(before + 3);
    const reasons = (await calls.deadLetters()).filter(({ originalSequence }) => originalSequence === sequence).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(['CLIENT_ID_MISSING', 'EVENT_NAME_MISSING']);
  });

  it('stores a hit a minute ahead and moves the watermark 5 s ahead of the log at most', async () => {
    const propertyId = await calls.property({ timeoutMs: 1_000 });
    const { seq } = await jetstream(world.nats).publish(
      world.subjects.hits('acme', propertyId, 'early'),
      event({ eventName: 'page_view' }, at(60_000)),
      { headers: structured() },
    );
    const partition = world.subjects.hitPartition('acme', propertyId, 'early');
    const arrivedMs = (await world.readerOf('hits').at(seq))?.timeMs ?? 0;
    const watermarkMs = await eventually('the hit is applied', async () => {
      const [session] = await calls.list(propertyId);
      const { partitions } = await client.call(Operations.listPartitions, {});
      const wheel = partitions[partition]?.wheels.find(({ lane, scope }) => lane === 'live' && scope === 'client');
      if (session === undefined || wheel?.watermark === undefined) return undefined;
      expect(session).toMatchObject({ state: SessionState.OPEN, hitCount: 1 });
      return wheel.watermark.seconds * 1_000 + wheel.watermark.nanos / 1_000_000;
    });
    // Pings of a second later may have moved it on; the hit's own minute must not.
    expect(watermarkMs).toBeLessThan(arrivedMs + 30_000);
  });

  it('refuses over gRPC what cannot even be published, hit by hit', async () => {
    const bad = [
      hit(shop, { clientId: '' }),
      hit('', {}),
      hit(shop, { eventName: '' }),
      hit('nowhere', {}),
      hit(shop, { body: Buffer.alloc(1_048_576) }),
      hit(shop, { clientId: 'x'.repeat(129) }),
    ];
    const { results } = await client.call(Hits.publishHits, { hits: [...bad, hit(shop)], lane: '' });
    expect(results.map(({ error }) => error?.reason)).toEqual([
      'CLIENT_ID_MISSING',
      'PROPERTY_ID_MISSING',
      'EVENT_NAME_MISSING',
      'UNKNOWN_PROPERTY',
      'HIT_TOO_LARGE',
      'HIT_ID_TOO_LONG',
      undefined,
    ]);
  });

  it('refuses a million query parameters before it reads them all', async () => {
    const values = { values: ['v'] };
    const queryParams = Object.fromEntries(Array.from({ length: 1_000_000 }, (_unused, index) => [String(index), values]));
    const huge = client.call(Hits.publishHits, { hits: [hit(shop, { queryParams })], lane: '' });
    expect(['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED']).toContain((await refusalOf(huge)).code);
    await goesOn();
  });

  it('keeps clients apart whose ids look like keys, subjects and patterns', async () => {
    const propertyId = await calls.property({ timeoutMs: HOUR_MS });
    const ids = [
      '.',
      '*',
      '>',
      '{}',
      '{p1}',
      ' ',
      '  ',
      'a b',
      'a\u0000b',
      '\u0000',
      'a.b',
      'a..b',
      '%2E',
      '..',
      'a|b',
      'é',
      '🜁',
      'live:h:x',
      '$JS.API.>',
    ];
    let position = '';
    for (const clientId of ids) position = await calls.publish([hit(propertyId, { clientId }), hit(propertyId, { clientId })]);
    const sessions = await eventually('all of them are there', async () => {
      const found = await calls.list(propertyId, { pageSize: 500, minPosition: position });
      return found.length === ids.length ? found : undefined;
    });
    expect(new Map(sessions.map(({ clientId, hitCount }) => [clientId, hitCount]))).toEqual(new Map(ids.map(id => [id, 2])));
    const raw = [...ids].filter(id => !id.includes('\u0000'));
    for (const clientId of raw) await publishTo(subjectOf(clientId, propertyId), event({ eventName: 'page_view', clientId, propertyId }));
    await eventually('those that came by NATS joined those of gRPC', async () => {
      const found = await calls.list(propertyId, { pageSize: 500 });
      const counts = new Map(found.map(({ clientId, hitCount }) => [clientId, hitCount]));
      expect(counts).toEqual(new Map(ids.map(id => [id, raw.includes(id) ? 3 : 2])));
      return true;
    });
  });

  const structured = () => {
    const sent = headers();
    sent.set('content-type', 'application/cloudevents+json');
    return sent;
  };
});
