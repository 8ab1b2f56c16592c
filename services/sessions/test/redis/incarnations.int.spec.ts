import { RedisSessionStore } from '../../src/adapters/redis/redis-session-store.js';
import { keyOf, World } from './given.js';

const GIVEN = { timeoutSeconds: 10 };
const BEFORE = { hits: '01J0000000000000000000000A', leases: '01J0000000000000000000000A' };
const AFTER = { hits: '01J0000000000000000000000B', leases: '01J0000000000000000000000B' };

describe('Incarnations of what gives numbers (design §3.17)', () => {
  let world: World;
  let before: RedisSessionStore;
  let after: RedisSessionStore;
  beforeEach(() => {
    world = new World();
    before = new RedisSessionStore(world.redis, { prefix: world.prefix, numbers: BEFORE });
    after = new RedisSessionStore(world.redis, { prefix: world.prefix, numbers: AFTER });
  });
  afterEach(() => world.close());

  const hit = (id: string, at: number) => ({
    hits: [world.record({ id, at, client: 'A' }, GIVEN)],
    firstBuckets: { property: at },
    watermarksMs: { property: at * 1_000 },
  });

  it('compares epochs within one incarnation of the leases, of two the later one counts', async () => {
    await before.ingest(world.call({ epoch: 900, previous: 0, next: 1 }));
    await before.ingest(world.call({ epoch: 1_000, previous: 1, next: 2 }));
    await expect(before.ingest(world.call({ epoch: 999, previous: 2, next: 3 }))).rejects.toMatchObject({ reason: 'OUTDATED_EPOCH' });
    // The lease bucket was restored: its revisions begin low again.
    const leasesOnly = new RedisSessionStore(world.redis, { prefix: world.prefix, numbers: { ...BEFORE, leases: AFTER.leases } });
    expect((await leasesOnly.ingest(world.call({ epoch: 3, previous: 2, next: 3 }))).kind).toBe('applied');
    await expect(before.ingest(world.call({ epoch: 1_001, previous: 3, next: 4 }))).rejects.toMatchObject({ reason: 'OUTDATED_EPOCH' });
    await expect(before.closeNow(world.wheel, keyOf('A'), 'operator', 1_001)).resolves.toBeNull();
    expect((await before.ingest(world.call({ epoch: 0, previous: 3, next: 4 }))).kind).toBe('applied');
  });

  it.each([
    { where: 'behind', previous: 0, next: 1 },
    { where: 'at', previous: 40, next: 41 },
    { where: 'before', previous: 50, next: 51 },
  ])('has lost its state when the stream is another: never applied already, $where its position', async ({ previous, next }) => {
    expect((await before.ingest(world.call({ previous: 0, next: 40, ...hit('a1', 100) }))).kind).toBe('applied');
    expect(await after.ingest(world.call({ previous, next, ...hit('a2', 101) }))).toEqual({ kind: 'state_lost', at: null });
    expect(await after.positions(5)).toBeNull();
    expect((await before.openSession(world.wheel, keyOf('A')))?.hits).toBe(1);
  });

  it('takes the new numbers when it was rebuilt', async () => {
    await before.ingest(world.call({ previous: 0, next: 40, ...hit('a1', 100) }));
    const token = await after.beginRebuild(5, 1);
    await after.ingest(world.call({ rebuild: token, previous: 0, next: 2, ...hit('a1', 100) }));
    await after.finishRebuild(5, token, new Map([[1, 2]]));
    expect(await after.positions(5)).toEqual(new Map([[1, 2]]));
    expect(await after.ingest(world.call({ previous: 1, next: 2 }))).toEqual({ kind: 'already_applied', at: 2 });
    expect(await after.ingest(world.call({ previous: 2, next: 3, ...hit('a2', 101) }))).toMatchObject({ kind: 'applied' });
    expect((await after.openSession(world.wheel, keyOf('A')))?.hits).toBe(2);
  });

  it('reads the whole store again when only one of its sources is of the stream of before', async () => {
    await before.ingest(world.call({ source: 1, previous: 0, next: 40 }));
    await after.ingest(world.call({ source: 2, previous: 0, next: 1 }));
    expect(await after.positions(5)).toBeNull();
  });
});
