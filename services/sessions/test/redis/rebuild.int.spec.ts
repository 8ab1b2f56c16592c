import { World, keyOf } from './given.js';

const GIVEN = { timeoutSeconds: 10 };

describe('Rebuild of a state partition (sessions §12.5)', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it('wipes what is there and lets nothing happen until it is finished', async () => {
    await world.hits(GIVEN, { id: 'old', at: 100, client: 'A', stamp: 'S' });
    const token = await world.store.beginRebuild(5, 1);
    expect(await world.keys()).toEqual(['epoch', 'rebuild']);
    expect(await world.store.isRebuilding(5)).toBe(true);
    expect((await world.store.ingest(world.call({ previous: 0, next: 1 }))).kind).toBe('state_lost');
    expect(await world.turn()).toMatchObject({ closeIds: [], progressed: false });
    expect(await world.store.claim(world.wheel, 10, 1_000)).toEqual([]);
    await expect(world.store.closeNow(world.wheel, keyOf('A'), 'operator', 1)).rejects.toMatchObject({ reason: 'STATE_LOST' });

    const hits = [world.record({ id: 'h1', at: 101, client: 'A' }, GIVEN)];
    const rebuilding = { rebuild: token, hits, firstBuckets: { property: 101 }, watermarksMs: { property: 101_000 } };
    expect((await world.store.ingest(world.call(rebuilding))).kind).toBe('applied');
    expect(await world.store.positions(5)).toEqual(new Map());

    await world.store.finishRebuild(
      5,
      token,
      new Map([
        [1, 40],
        [2, 50],
      ]),
    );
    expect(await world.store.positions(5)).toEqual(
      new Map([
        [1, 40],
        [2, 50],
      ]),
    );
    expect((await world.store.ingest(world.call({ previous: 40, next: 41, watermarksMs: { property: 200_000 } }))).kind).toBe('applied');
    expect(await world.settle()).toMatchObject([{ client: 'A', hits: ['h1'] }]);
  });

  it('knows the hits of closed sessions and their headers', async () => {
    const token = await world.store.beginRebuild(5, 1);
    const seed = {
      ...world.wheel,
      token,
      sessionId: 'h1',
      clientKeys: [keyOf('A'), keyOf('B')],
      header: '{"id":"h1"}',
      keepUntilMs: 9_000_000,
      hits: [
        { id: 'h1', clientKey: keyOf('A') },
        { id: 'h2', clientKey: keyOf('B') },
        { id: 'h3', clientKey: keyOf('A') },
      ],
    };
    await world.store.seedClosed(seed);
    await world.store.seedClosed(seed);
    await world.store.finishRebuild(5, token, new Map());
    const results = await world.hits(
      GIVEN,
      { id: 'h1', at: 100, client: 'A' },
      { id: 'h2', at: 100, client: 'B' },
      { id: 'h3', at: 100, client: 'A' },
      { id: 'h4', at: 100, client: 'A' },
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate', 'stored']);
    expect((await world.store.closedHeaders(world.wheel, [keyOf('B')])).headers).toEqual(new Map([['h1', '{"id":"h1"}']]));
  });

  it('is what comes of a state that another version of the library stored', async () => {
    await world.hits(GIVEN, { id: 'old', at: 100, client: 'A' });
    await world.ping(200);
    await world.redis.set(`${world.prefix}:{p5}:layout`, '1');
    expect((await world.store.ingest(world.call())).kind).toBe('state_lost');
    expect(await world.turn()).toMatchObject({ closeIds: [], progressed: false });
    await expect(world.store.closeNow(world.wheel, keyOf('A'), 'operator', 1)).rejects.toMatchObject({ reason: 'STATE_LOST' });

    await world.store.finishRebuild(5, await world.store.beginRebuild(5, 1), new Map([[1, 40]]));
    expect((await world.store.ingest(world.call({ previous: 40, next: 41 }))).kind).toBe('applied');
  });

  it('belongs to whoever began it last', async () => {
    const first = await world.store.beginRebuild(5, 1);
    const second = await world.store.beginRebuild(5, 1);
    expect((await world.store.ingest(world.call({ rebuild: first }))).kind).toBe('state_lost');
    await expect(world.store.finishRebuild(5, first, new Map())).rejects.toMatchObject({ reason: 'STATE_LOST' });
    await world.store.finishRebuild(5, second, new Map());
    expect(await world.store.isRebuilding(5)).toBe(false);
  });

  it('is over when the server loses everything again', async () => {
    const token = await world.store.beginRebuild(5, 1);
    await world.redis.del(`${world.prefix}:{p5}:rebuild`);
    expect((await world.store.ingest(world.call({ rebuild: token }))).kind).toBe('state_lost');
  });
});

describe('Parking and lanes', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it('puts a parked close back as it was read', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', stamp: 'S' }, { id: 'b1', at: 101, client: 'B', stamp: 'S' });
    await world.ping(200);
    const [closeId = ''] = (await world.turn()).closeIds;
    const frozen = await world.store.frozen(world.wheel, closeId);
    if (frozen === null) throw new Error('nothing is frozen');
    expect(await world.store.park(world.wheel, closeId)).toBe(true);
    expect(await world.store.unpark(world.wheel, frozen)).toBe(true);
    expect(await world.store.unpark(world.wheel, frozen)).toBe(false);
    expect(await world.store.frozen(world.wheel, closeId)).toEqual(frozen);
    expect(await world.store.claim(world.wheel, 10, 1_000)).toEqual([{ closeId, attempts: 1 }]);
  });

  it('closes all of an import at its end and leaves nothing of the lane', async () => {
    const lane = 'n.import 1';
    const given = { ...GIVEN };
    const hits = [world.record({ id: 'a1', at: 100, client: 'A' }, given), world.record({ id: 'b1', at: 500, client: 'B' }, given)];
    await world.ingest(world.call({ lane, hits, watermarksMs: { property: 500_000 }, firstBuckets: { property: 100 } }));
    expect(await world.store.lanes(5)).toEqual([lane]);
    await world.ingest(world.call({ lane, watermarksMs: { property: Infinity } }));
    const wheel = { ...world.wheel, lane };
    const first = await world.turn({ lane });
    expect(first.closeIds).toHaveLength(2);
    for (const closeId of first.closeIds) {
      expect((await world.store.frozen(wheel, closeId))?.closeCause).toBe('import_completed');
      await world.store.assign({
        ...wheel,
        closeId,
        versions: {},
        answer: 'x',
        writes: [{ clientKeys: [keyOf('A')], sessionId: closeId, header: '{}' }],
        keepUntilMs: 900_000,
      });
      await world.store.finish(wheel, closeId);
    }
    while ((await world.turn({ lane })).progressed);
    expect(await world.store.lanes(5)).toEqual([]);
    const left = (await world.keys()).filter(key => key.startsWith('n.import') && !key.includes(':d:'));
    expect(left).toEqual([]);
  });

  it('closes what a wheel far behind passes, each in its own bucket, and forgets nobody', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 93, client: 'A' }, { id: 'b1', at: 91, client: 'B' });
    await world.ping(100_000);
    expect((await world.settle()).map(({ client, bucket }) => [client, bucket])).toEqual([
      ['B', 101],
      ['A', 103],
    ]);
    expect(await world.lasting()).toEqual([]);
  });
});
