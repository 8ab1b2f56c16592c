import { World, keyOf } from './given.js';

const GIVEN = { timeoutSeconds: 10 };

describe('Compaction (sessions §12.7, D16)', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const storeHits = (from: number, count: number): Promise<unknown> =>
    world.hits(GIVEN, ...Array.from({ length: count }, (_unused, index) => ({ id: `h${String(from + index)}`, at: 100, client: 'A' })));

  it('lists clients with many bytes or many hits', async () => {
    await storeHits(0, 54);
    expect(await world.store.compactable(world.wheel, 16_384, 10)).toEqual([]);
    await storeHits(54, 1);
    expect(await world.store.compactable(world.wheel, 16_384, 10)).toEqual([keyOf('A')]);
    expect(await world.store.compactable(world.wheel, 65_536, 10)).toEqual([]);
    await storeHits(55, 200);
    await storeHits(255, 1);
    expect(await world.store.compactable(world.wheel, 1_000_000, 10)).toEqual([keyOf('A')]);
  });

  it('swaps hits for a segment once, and only while all of them are there', async () => {
    await storeHits(0, 60);
    const raw = await world.store.rawHits(world.wheel, keyOf('A'));
    if (raw === null) throw new Error('nothing is open');
    await storeHits(60, 1);
    const compaction = {
      clientKey: keyOf('A'),
      generation: raw.generation,
      fields: raw.hits.map(({ field }) => field),
      segment: Buffer.from('segment'),
    };
    expect(await world.store.swapCompact(world.wheel, compaction)).toBe(true);
    expect(await world.store.swapCompact(world.wheel, compaction)).toBe(false);
    expect(await world.store.compactable(world.wheel, 16_384, 10)).toEqual([]);
    await world.ping(200);
    const [closeId = ''] = (await world.turn()).closeIds;
    const frozen = await world.store.frozen(world.wheel, closeId);
    expect(frozen?.parts).toMatchObject([{ segments: [Buffer.from('segment')] }]);
    expect(frozen?.parts[0]?.raw).toHaveLength(1);
  });

  it('does not touch the next session of the client', async () => {
    await storeHits(0, 2);
    const raw = await world.store.rawHits(world.wheel, keyOf('A'));
    await world.ping(200);
    await world.turn();
    await world.hits(GIVEN, { id: 'next', at: 200, client: 'A' });
    const fields = raw?.hits.map(({ field }) => field) ?? [];
    const generation = raw?.generation ?? Buffer.alloc(0);
    const stale = { clientKey: keyOf('A'), generation, fields, segment: Buffer.from('stale') };
    expect(await world.store.swapCompact(world.wheel, stale)).toBe(false);
    expect(await world.store.rawHits(world.wheel, keyOf('X'))).toBeNull();
  });
});
