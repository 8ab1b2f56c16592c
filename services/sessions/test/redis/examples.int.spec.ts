import { World, keyOf } from './given.js';

/** Examples of sessions §14 that the vectors do not hold, and the keys of E1 and E17; the others are in vectors.int.spec.ts. */
describe('Examples of sessions §14 on Redis', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const T = 1735689600;

  it('E1 stores the first hit and the pointer with it', async () => {
    const results = await world.hits({ timeoutSeconds: 5 }, { id: 'h1', at: T, client: 'A', stamp: '127.0.0.1' });
    expect(results).toEqual([{ outcome: 'stored', sessionKey: keyOf('A'), capped: false }]);
    expect(await world.next()).toBe(T);
    const A = keyOf('A');
    expect(await world.keys()).toEqual(
      [
        'epoch',
        'lanes',
        'layout',
        `live:b:property:${String(T + 5)}`,
        'live:bidx:property',
        `live:d:${A}`,
        `live:h:${A}`,
        'live:id:stamp:127.0.0.1',
        'live:next:property',
        'live:o:n.p',
        'live:ob',
        `live:s:${A}`,
        'live:wm:property',
        'pos',
      ].sort(),
    );
  });

  it('E4 keeps a session in its last bucket only', async () => {
    const given = { timeoutSeconds: 10 };
    await world.hits(given, { id: 'h1', at: 100, client: 'A' });
    await world.hits(given, { id: 'h2', at: 104, client: 'A' });
    expect((await world.keys()).filter(key => key.startsWith('live:b:'))).toEqual(['live:b:property:114']);
    await world.ping(114);
    expect(await world.settle()).toEqual([]);
    await world.ping(115);
    expect(await world.settle()).toMatchObject([{ hits: ['h1', 'h2'], bucket: 114 }]);
  });

  it('E12 jumps over empty buckets and closes in order', async () => {
    const given = { timeoutSeconds: 3 };
    await world.hits(given, { id: 'z', at: 97, client: 'Z' });
    await world.hits(given, { id: 'c', at: 100, client: 'C', seq: 1 }, { id: 'a', at: 100, client: 'A' }, { id: 'b', at: 98, client: 'B' });
    await world.ping(160);
    const sameInstant = [
      ['A', 103],
      ['C', 103],
    ].sort(([left], [right]) => (keyOf(String(left)) < keyOf(String(right)) ? -1 : 1));
    expect((await world.settle()).map(({ client, bucket }) => [client, bucket])).toEqual([['Z', 100], ['B', 101], ...sameInstant]);
    expect(await world.next()).toBe(160);
  });

  it('E13 files what is open under the current bucket instead of catching up, in the order of first hits', async () => {
    const given = { timeoutSeconds: 3 };
    await world.hits(given, { id: 'z', at: 97, client: 'Z' });
    await world.ping(101);
    expect(await world.settle()).toMatchObject([{ client: 'Z' }]);
    await world.hits(given, { id: 'c', at: 99.9, client: 'C' }, { id: 'a', at: 100, client: 'A' }, { id: 'b', at: 98, client: 'B' });
    await world.ping(160);
    const call = { ...world.wheel, scope: 'property' as const, sources: [1], tickSeconds: 1, limit: 1, epoch: 1 };
    let filed = 0;
    while (await world.store.skipCatchUp(call)) filed += 1;
    expect(filed).toBe(3);
    expect(await world.next()).toBe(160);
    expect((await world.keys()).filter(key => key.startsWith('live:b:'))).toEqual(['live:b:property:160']);
    for (const client of ['A', 'B', 'C']) {
      expect(await world.store.openSession(world.wheel, keyOf(client))).toMatchObject({ expiryBucket: 160, hits: 1 });
    }
    expect(await world.settle()).toEqual([]);
    await world.ping(161);
    expect((await world.settle()).map(({ client, bucket }) => [client, bucket])).toEqual([
      ['B', 160],
      ['C', 160],
      ['A', 160],
    ]);
    expect(await world.lasting()).toEqual([]);
  });

  it('E17 merges two clients of two stamps once, and leaves nothing behind', async () => {
    const given = { timeoutSeconds: 1800 };
    await world.hits(given, { id: 'b1', at: 1000, client: 'B', stamp: 'S1' });
    await world.hits(given, { id: 'a1', at: 1001, client: 'A', stamp: 'S2' });
    await world.hits(given, { id: 'b2', at: 1002, client: 'B', stamp: 'S2' });
    await world.hits(given, { id: 'b3', at: 1003, client: 'B', stamp: 'S1' }, { id: 'c1', at: 1004, client: 'C', stamp: 'S1' });
    await world.ping(5000);
    expect(await world.settle()).toEqual([{ client: 'A', hits: ['b1', 'a1', 'b2', 'b3', 'c1'], bucket: 2804, cause: 'inactivity' }]);
    await world.tellNotices();
    expect(await world.lasting()).toEqual([]);
  });

  it('E24 lets the wheel move on when a hand-over fails', async () => {
    const given = { timeoutSeconds: 5 };
    await world.hits(given, { id: 'a1', at: 100, client: 'A' }, { id: 'b1', at: 100, client: 'B' });
    await world.ping(120);
    const { closeIds, nextBucket } = await world.turn();
    expect(nextBucket).toBe(120);
    const [failed = '', done = ''] = closeIds;
    await world.store.claim(world.wheel, 10, 60_000);
    await world.handOver(done);
    await world.store.postpone(world.wheel, failed, 0, 'failure');
    expect(await world.store.claim(world.wheel, 10, 60_000)).toEqual([{ closeId: failed, attempts: 2 }]);
  });

  it('E25 knows a task again after its close', async () => {
    const given = { timeoutSeconds: 5 };
    const hit = { id: 'a1', at: 100, client: 'A' };
    await world.hits(given, hit, hit);
    expect(await world.hits(given, hit)).toMatchObject([{ outcome: 'duplicate' }]);
    await world.ping(200);
    expect(await world.settle()).toMatchObject([{ hits: ['a1'] }]);
    expect(await world.hits(given, hit)).toMatchObject([{ outcome: 'duplicate' }]);
    expect(await world.store.openSessionOfClient(world.wheel, keyOf('A'))).toBeNull();
  });

  it('E29 follows the stamp of yesterday and registers that of today', async () => {
    const given = { timeoutSeconds: 1800 };
    const today = { stamp: 'today', earlierStamp: 'yesterday' };
    await world.hits(
      given,
      { id: '1', at: T - 10, client: 'A', stamp: 'yesterday' },
      { id: '2', at: T - 5, client: 'B', stamp: 'yesterday' },
    );
    await world.hits(given, { id: '3', at: T + 5, client: 'B', ...today }, { id: '4', at: T + 6, client: 'C', ...today });
    await world.hits(given, { id: '5', at: T + 10, client: 'A', ...today });
    expect(await world.store.openSessionOfIdentifier(world.wheel, 'stamp', 'today')).toMatchObject({ sessionKey: keyOf('A'), hits: 5 });
  });

  it('E30 hands the same content over again after a crash, and leaves what came since', async () => {
    const given = { timeoutSeconds: 10 };
    await world.hits(given, { id: 'a1', at: 100, client: 'A' });
    await world.ping(112);
    const [closeId = ''] = (await world.turn()).closeIds;
    await world.store.claim(world.wheel, 10, 0);
    const first = await world.store.frozen(world.wheel, closeId);
    await world.hits(given, { id: 'a2', at: 112, client: 'A' });
    expect(await world.store.claim(world.wheel, 10, 60_000)).toEqual([{ closeId, attempts: 2 }]);
    expect(await world.store.frozen(world.wheel, closeId)).toEqual(first);
    await world.handOver(closeId);
    expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 1, firstHitId: 'a2' });
  });

  it('E31 opens a new session for a hit that comes while the old one closes', async () => {
    const given = { timeoutSeconds: 10 };
    await world.hits(given, { id: 'a1', at: 100, client: 'A', stamp: 'S' });
    await world.ping(111);
    await world.turn();
    await world.hits(given, { id: 'a9', at: 111, client: 'A', stamp: 'S' });
    expect(await world.store.openSessionOfIdentifier(world.wheel, 'stamp', 'S')).toMatchObject({ expiryBucket: 121, hits: 1 });
  });

  it('E32 points every alias at the survivor', async () => {
    const given = { timeoutSeconds: 10 };
    const first = ['A', 'B', 'C'].map((client, index) => ({ id: client, at: 100 + index, client, stamp: `S${String(index + 1)}` }));
    await world.hits(given, ...first);
    await world.hits(given, { id: 'c2', at: 103, client: 'C', stamp: 'S2' }, { id: 'b2', at: 104, client: 'B', stamp: 'S1' });
    const later = await world.hits(given, { id: 'c3', at: 105, client: 'C' });
    expect(later).toMatchObject([{ outcome: 'joined', sessionKey: keyOf('A') }]);
    await world.ping(200);
    expect(await world.settle()).toMatchObject([{ client: 'A', hits: ['A', 'B', 'C', 'c2', 'b2', 'c3'] }]);
    await world.tellNotices();
    expect(await world.lasting()).toEqual([]);
  });

  it('E33 merges by two identifiers of one hit', async () => {
    const given = { timeoutSeconds: 10 };
    await world.hits(given, { id: 'a', at: 108, client: 'A', stamp: 'S1' }, { id: 'b', at: 100, client: 'B', user: 'U' });
    await world.hits(given, { id: 'c', at: 101, client: 'C', stamp: 'S1', user: 'U' });
    expect(await world.store.openSessionOfIdentifier(world.wheel, 'stamp', 'S1')).toMatchObject({
      sessionKey: keyOf('B'),
      expiryBucket: 118,
      hits: 3,
      startedAtMs: 100_000,
    });
  });

  it('E37 keeps an expiry that a longer timeout gave', async () => {
    await world.hits({ timeoutSeconds: 30 }, { id: 'a1', at: 100, client: 'A' });
    await world.hits({ timeoutSeconds: 10 }, { id: 'a2', at: 105, client: 'A' });
    expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ expiryBucket: 130 });
  });

  it('E40 finishes in one step, however often', async () => {
    await world.hits({ timeoutSeconds: 10 }, { id: 'a1', at: 100, client: 'A' });
    await world.ping(200);
    const [closeId = ''] = (await world.turn()).closeIds;
    await world.store.finish(world.wheel, closeId);
    await world.hits({ timeoutSeconds: 10 }, { id: 'a2', at: 201, client: 'A' });
    await world.store.finish(world.wheel, closeId);
    await world.ping(300);
    expect(await world.settle()).toMatchObject([{ hits: ['a2'] }]);
    expect(await world.lasting()).toEqual([]);
  });

  it('waits for every source of a wheel', async () => {
    const given = { timeoutSeconds: 10 };
    await world.hits(given, { id: 'a1', at: 100, client: 'A' });
    await world.ping(500);
    expect(await world.turn({ sources: [1, 2] })).toMatchObject({ closeIds: [], progressed: false, watermarkMs: null });
    await world.store.ingest(world.call({ source: 2, previous: 0, next: 1, watermarksMs: { property: 111_000 } }));
    expect((await world.turn({ sources: [1, 2] })).watermarkMs).toBe(111_000);
    expect(await world.next()).toBe(111);
  });

  it('keeps the wheels of the two scopes apart', async () => {
    const alone = { timeoutSeconds: 10, property: { propertyId: 'q', scope: 'client' as const } };
    await world.hits(alone, { id: 'q1', at: 100, client: 'A' });
    await world.hits({ timeoutSeconds: 10 }, { id: 'p1', at: 100, client: 'A' });
    await world.ping(200, 'client');
    expect(await world.settle()).toEqual([]);
    expect(await world.settle({ scope: 'client' })).toMatchObject([{ hits: ['q1'] }]);
  });
});
