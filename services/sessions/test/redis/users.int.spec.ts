import { keyOf, World } from './given.js';

const GIVEN = { timeoutSeconds: 10 };

describe('Open sessions of a user, where users join nothing', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const count = (user: string, limit = 10): Promise<number> => world.store.countOfUser(world.wheel, keyOf(user), limit);

  it('counts sessions, not hits or clients, up to the limit', async () => {
    await world.hits(
      GIVEN,
      { id: 'a1', at: 100, client: 'A', seenUser: 'U' },
      { id: 'a2', at: 101, client: 'A', seenUser: 'U' },
      { id: 'a3', at: 101, client: 'A', seenUser: 'V' },
      { id: 'b1', at: 102, client: 'B', seenUser: 'U' },
      { id: 'c1', at: 103, client: 'C', seenUser: 'U' },
      { id: 'd1', at: 103, client: 'D' },
    );
    expect([await count('U'), await count('V'), await count('W'), await count('U', 2)]).toEqual([3, 1, 0, 2]);
  });

  it('follows merges, and what takes them apart', async () => {
    await world.hits(
      GIVEN,
      { id: 'a1', at: 100, client: 'A', stamp: 'S', seenUser: 'U' },
      { id: 'b1', at: 101, client: 'B', seenUser: 'U' },
      { id: 'b2', at: 102, client: 'B', stamp: 'S' },
    );
    expect(await count('U')).toBe(1);
    await world.store.unmerge(world.wheel, keyOf('A'), keyOf('B'), 1);
    expect(await count('U')).toBe(2);
    await world.store.erase(world.wheel, keyOf('A'));
    expect(await count('U')).toBe(1);
    await world.store.closeNow(world.wheel, keyOf('B'), 'operator', 1);
    expect(await count('U')).toBe(0);
  });

  it('forgets with the sessions, and counts those that begin again', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', seenUser: 'U' }, { id: 'b1', at: 101, client: 'B', seenUser: 'U' });
    await world.ping(200);
    await world.settle();
    expect(await count('U')).toBe(0);
    expect(await world.lasting()).toEqual([]);
    await world.hits(GIVEN, { id: 'a2', at: 201, client: 'A', seenUser: 'U' });
    expect(await count('U')).toBe(1);
  });

  it('forgets a user whose hits were erased, and counts what stays', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', seenUser: 'U' }, { id: 'a2', at: 101, client: 'A', seenUser: 'V' });
    const before = await world.store.openLoad(world.wheel);
    const session = await world.store.openSession(world.wheel, keyOf('A'));
    const [part] = session === null ? [] : await world.store.hitsOf(world.wheel, session);
    const raw = (part?.raw ?? []).filter(encoded => encoded.includes('a1'));
    const erasure = { clientKey: keyOf('A'), closeId: null, userKey: keyOf('U'), hits: raw.length, bytes: 1, raw, segments: [] };
    expect(await world.store.eraseHits(world.wheel, erasure)).toBe(true);
    expect([await count('U'), await count('V')]).toEqual([0, 1]);
    expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 1, lastHitAtMs: session?.lastHitAtMs });
    expect(await world.store.openLoad(world.wheel)).toEqual({ ...before, bytes: before.bytes - 1 });
  });

  it('erases nothing when not all of it is there as it was read: it may lie in a segment by now', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', seenUser: 'U' });
    const gone = { clientKey: keyOf('A'), closeId: null, userKey: keyOf('U'), hits: 1, bytes: 1, raw: [Buffer.from('else')], segments: [] };
    expect(await world.store.eraseHits(world.wheel, gone)).toBe(false);
    const replaced = { ...gone, raw: [], segments: [{ stored: Buffer.from('else'), left: null }] };
    expect(await world.store.eraseHits(world.wheel, replaced)).toBe(false);
    expect(await count('U')).toBe(1);
    expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 1 });
  });

  it('keeps nothing for hits without a user', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A' });
    expect((await world.keys()).filter(key => key.includes(':u:') || key.includes(':uc:'))).toEqual([]);
  });
});
