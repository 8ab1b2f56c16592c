import { randomUUID } from 'node:crypto';
import { decodePosition, type StoredMessage } from '@drawdown/eventlog';
import { HitOutcome, HitsServiceService as Hits, type Hit, type HitResult } from '@drawdown/proto/sessions';
import { decodeHitsMessage } from '../../src/adapters/jetstream/hit-message.js';
import { createProperty, hit } from './given.js';
import { EdgeWorld } from './edge-world.js';
import { refusalOf, timestamp, type Client } from './client.js';

const DAY_MS = 86_400_000;

describe('HitsService', () => {
  let world: EdgeWorld;
  let client: Client;
  let propertyId: string;
  beforeAll(async () => {
    world = await EdgeWorld.create();
    client = await world.client();
    ({ propertyId } = await createProperty(client));
  });
  afterAll(() => world.end());

  /** Everything that a reader of the stream takes, by hit id. */
  const stored = async (): Promise<Map<string, { readonly message: StoredMessage; readonly lane: string; readonly hit: unknown }>> => {
    const found = new Map<string, { message: StoredMessage; lane: string; hit: unknown }>();
    for await (const message of world.readerOf('hits').from(`${world.prefix}.>`, 1)) {
      const decoded = decodeHitsMessage(world.subjects, message);
      if (!decoded.ok || decoded.value.kind !== 'hits') continue;
      expect(decoded.value.rejections).toEqual([]);
      for (const read of decoded.value.hits) found.set(read.id, { message, lane: decoded.value.lane, hit: read });
    }
    return found;
  };

  const publish = (hits: readonly Hit[], lane = ''): Promise<HitResult[]> =>
    client.call(Hits.publishHits, { hits: [...hits], lane }).then(({ results }) => results);

  const reasonsOf = (results: readonly HitResult[]): string[] => results.map(({ error }) => error?.reason ?? 'ACCEPTED');

  it('stores each hit whole where a reader of its partition finds it, and says where', async () => {
    const whole = hit(propertyId, {
      clientId: 'a.b*>{} \u0000ü',
      userId: 'u1',
      sessionStamp: 'stamp',
      clientSessionId: 'tab-1',
      receivedTime: timestamp(Date.now() - 1_000),
      requestSeq: 3,
      ip: '192.0.2.7',
      host: 'shop.example',
      path: '/cart',
      method: 'POST',
      queryParams: { utm_campaign: { values: ['spring', ''] } },
      headers: { 'User-Agent': { values: ['test'] } },
      body: Buffer.from([0, 255, 10]),
      metadata: { note: 'x' },
    });
    const [result] = await publish([whole]);
    expect(result).toMatchObject({ index: 0, outcome: HitOutcome.ACCEPTED, id: whole.id, error: undefined });
    const read = (await stored()).get(whole.id);
    expect(read?.lane).toBe('live');
    expect(read?.hit).toMatchObject({
      namespace: 'acme',
      propertyId,
      clientId: whole.clientId,
      userId: 'u1',
      sessionStamp: 'stamp',
      clientSessionId: 'tab-1',
      receivedAtMs: (whole.receivedTime?.seconds ?? 0) * 1_000 + (whole.receivedTime?.nanos ?? 0) / 1e6,
      requestSeq: 3,
      ip: '192.0.2.7',
      queryParams: { utm_campaign: ['spring', ''] },
      body: new Uint8Array([0, 255, 10]),
      metadata: { note: 'x' },
    });
    const [component] = decodePosition(result?.position ?? '');
    expect(component).toMatchObject({
      stream: 'hits',
      incarnation: world.incarnations.hits,
      partition: world.subjects.hitPartition('acme', propertyId, whole.clientId),
      sequence: read?.message.sequence,
    });
  });

  it('refuses each bad hit by its own code and stores the others', async () => {
    const now = Date.now();
    const good = [hit(propertyId), hit(propertyId, { clientId: 'other' })];
    const bad: readonly (readonly [Hit, string])[] = [
      [hit(propertyId, { clientId: '' }), 'CLIENT_ID_MISSING'],
      [hit(''), 'PROPERTY_ID_MISSING'],
      [hit(propertyId, { eventName: '' }), 'EVENT_NAME_MISSING'],
      [hit('nowhere'), 'UNKNOWN_PROPERTY'],
      [hit(propertyId, { id: 'x'.repeat(129) }), 'HIT_ID_TOO_LONG'],
      [hit(propertyId, { clientId: 'ü'.repeat(65) }), 'HIT_ID_TOO_LONG'],
      [hit(propertyId, { receivedTime: timestamp(now - 8 * DAY_MS) }), 'HIT_TOO_OLD'],
      [hit(propertyId, { receivedTime: timestamp(now + 600_000) }), 'HIT_FROM_FUTURE'],
      [hit(propertyId, { body: Buffer.alloc(128 * 1_024) }), 'HIT_TOO_LARGE'],
      [hit(propertyId, { body: Buffer.alloc(1_024 * 1_024) }), 'HIT_TOO_LARGE'],
      [hit(propertyId, { queryParams: { q: { values: Array.from({ length: 1_001 }, () => '') } } }), 'HIT_TOO_MANY_VALUES'],
      [hit(propertyId, { id: 'a\u0000b' }), 'VALIDATION'],
    ];
    const all = [...good.slice(0, 1), ...bad.map(([message]) => message), ...good.slice(1)];
    const results = await publish(all);
    expect(reasonsOf(results)).toEqual(['ACCEPTED', ...bad.map(([, reason]) => reason), 'ACCEPTED']);
    expect(results.map(({ index }) => index)).toEqual(all.map((_, index) => index));
    for (const [index, { outcome, position }] of results.entries()) {
      const isGood = index === 0 || index === all.length - 1;
      expect([outcome, position === '']).toEqual(isGood ? [HitOutcome.ACCEPTED, false] : [HitOutcome.REFUSED, true]);
    }
    const read = await stored();
    expect(good.every(({ id }) => read.has(id))).toBe(true);
    expect(bad.some(([{ id }]) => read.has(id))).toBe(false);
  });

  it('takes no request with a million query parameters, and goes on', async () => {
    const values = Array.from({ length: 1_000_000 }, () => '');
    const [result] = await publish([hit(propertyId, { queryParams: { q: { values } } })]);
    expect(result?.error?.reason).toBe('HIT_TOO_MANY_VALUES');
    expect(reasonsOf(await publish([hit(propertyId)]))).toEqual(['ACCEPTED']);
  });

  it('refuses bytes that are no UTF-8 before they become another id', async () => {
    const sound = Hits.publishHits.requestSerialize({ hits: [hit(propertyId, { clientId: 'AAAA' })], lane: '' });
    const at = sound.indexOf('AAAA');
    sound[at + 1] = 0xff;
    expect(await refusalOf(client.callBytes(Hits.publishHits, sound))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'MALFORMED_REQUEST',
    });
  });

  it('makes an id where none is given, and the time and place where none are', async () => {
    const before = Date.now();
    const results = await publish([hit(propertyId, { id: '' }), hit(propertyId, { id: '', clientId: 'visitor' })]);
    const read = await stored();
    const ids = results.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    const [first, second] = ids.map(id => read.get(id)?.hit as { receivedAtMs: number; requestSeq: number });
    expect([first?.requestSeq, second?.requestSeq]).toEqual([0, 1]);
    expect(first?.receivedAtMs).toBeGreaterThanOrEqual(before);
  });

  it('removes from addresses what the property does not want, before the stream has them', async () => {
    const masked = await createProperty(client, { ipMasking: 1 });
    const hits = [
      hit(masked.propertyId, { ip: '203.0.113.77' }),
      hit(masked.propertyId, { ip: '2001:db8:1:2::3' }),
      hit(masked.propertyId, { ip: 'x' }),
    ];
    await publish(hits);
    const read = await stored();
    expect(hits.map(({ id }) => (read.get(id)?.hit as { ip: string }).ip)).toEqual(['203.0.113.0', '2001:db8:1::', '']);
  });

  it('knows a property that another replica created a moment ago', async () => {
    const created = await createProperty(client);
    expect(reasonsOf(await publish([hit(created.propertyId)]))).toEqual(['ACCEPTED']);
  });

  it('lets nobody publish into the namespace of another', async () => {
    const stranger = await world.client('strangers');
    const { results } = await stranger.call(Hits.publishHits, { hits: [hit(propertyId)], lane: '' });
    expect(reasonsOf(results)).toEqual(['UNKNOWN_PROPERTY']);
  });

  it('stores imports in their lane, with times as they are', async () => {
    const old = hit(propertyId, { receivedTime: timestamp(1_000_000_000_000), requestSeq: 5 });
    const [result] = await publish([old], 'import-1');
    expect(result?.outcome).toBe(HitOutcome.ACCEPTED);
    expect((await stored()).get(old.id)).toMatchObject({ lane: 'acme/import-1', hit: { receivedAtMs: 1_000_000_000_000, requestSeq: 0 } });
    for (const lane of ['a b', 'a/b', 'ü', 'a.b']) {
      const refused = await refusalOf(client.call(Hits.publishHits, { hits: [hit(propertyId)], lane }));
      expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'LANE_INVALID' });
    }
  });

  it('completes an import on all 64 partitions, and never lane live', async () => {
    const { position } = await client.call(Hits.completeImport, { lane: 'import-2' });
    const components = decodePosition(position);
    expect(new Set(components.map(({ partition }) => partition)).size).toBe(64);
    for (const { partition, sequence } of components) {
      const message = await world.readerOf('hits').at(sequence);
      if (message === undefined) throw new Error(`nothing at ${String(sequence)}`);
      expect(message.subject).toBe(world.subjects.hitsBatch(partition, 'acme'));
      expect(decodeHitsMessage(world.subjects, message)).toMatchObject({
        ok: true,
        value: { kind: 'import_completed', lane: 'acme/import-2' },
      });
    }
    expect(await refusalOf(client.call(Hits.completeImport, { lane: 'live' }))).toMatchObject({ reason: 'LANE_INVALID' });
    expect(await refusalOf(client.call(Hits.completeImport, { lane: '' }))).toMatchObject({ reason: 'VALIDATION' });
  });

  it('takes a stream of batches and answers one result a hit, in the order sent', async () => {
    const batches = Array.from({ length: 5 }, (_, batch) =>
      Array.from({ length: 20 }, (_hit, index) =>
        hit(index === 7 ? 'nowhere' : propertyId, {
          id: `${String(batch)}-${String(index)}-${randomUUID()}`,
          clientId: `c${String(index)}`,
        }),
      ),
    );
    const answer = await client.send(
      Hits.publishHitsStream,
      batches.map(hits => ({ hits, lane: '' })),
    );
    const sent = batches.flat();
    expect(answer.results.map(({ index }) => index)).toEqual(sent.map((_, index) => index));
    expect(answer.results.map(({ id }) => id)).toEqual(sent.map(({ id, propertyId: of }) => (of === 'nowhere' ? '' : id)));
    const merged = new Map(decodePosition(answer.position).map(({ partition, sequence }) => [partition, sequence]));
    for (const { position } of answer.results.filter(({ outcome }) => outcome === HitOutcome.ACCEPTED)) {
      const [{ partition, sequence } = { partition: -1, sequence: 0 }] = decodePosition(position);
      expect(merged.get(partition)).toBeGreaterThanOrEqual(sequence);
    }
  });

  it('refuses a request without hits and one with too many', async () => {
    expect(await refusalOf(publish([]))).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
    const many = Array.from({ length: 1_001 }, () => hit(propertyId));
    expect(await refusalOf(publish(many))).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
  });
});
