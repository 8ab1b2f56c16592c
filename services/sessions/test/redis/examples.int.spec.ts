import { World, keyOf } from './given.js';

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

  it('E2 closes a session when its bucket is processed', async () => {
    const given = { timeoutSeconds: 1 };
    await world.hits(given, { id: 'h1', at: 1577836800, client: '1337' });
    expect(await world.settle()).toEqual([]);
    await world.hits(given, { id: 'h2', at: 1577836802, client: '1338' });
    expect(await world.settle()).toEqual([{ client: '1337', hits: ['h1'], bucket: 1577836801, cause: 'inactivity' }]);
    expect(await world.next()).toBe(1577836802);
  });

  it('E17 merges two clients of two stamps once', async () => {
    const given = { timeoutSeconds: 1800 };
    await world.hits(given, { id: 'b1', at: 1000, client: 'B', stamp: 'S1' });
    await world.hits(given, { id: 'a1', at: 1001, client: 'A', stamp: 'S2' });
    await world.hits(given, { id: 'b2', at: 1002, client: 'B', stamp: 'S2' });
    await world.hits(given, { id: 'b3', at: 1003, client: 'B', stamp: 'S1' }, { id: 'c1', at: 1004, client: 'C', stamp: 'S1' });
    await world.ping(5000);
    expect(await world.settle()).toEqual([{ client: 'A', hits: ['b1', 'a1', 'b2', 'b3', 'c1'], bucket: 2804, cause: 'inactivity' }]);
    expect((await world.keys()).filter(key => !key.startsWith('live:d:'))).toEqual([
      'epoch',
      'lanes',
      'live:next:property',
      'live:nq',
      'live:nt',
      'live:wm:property',
      'pos',
    ]);
  });
});
