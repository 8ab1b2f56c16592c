import { PROPERTY, World, keyOf } from './given.js';

const GIVEN = { timeoutSeconds: 10 };

describe('Commands on open sessions (sessions §12.3)', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it('closes a session now, once', async () => {
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A' });
    const closeId = await world.store.closeNow(world.wheel, keyOf('A'), 'operator', 1);
    expect(await world.handOver(closeId ?? '')).toEqual({ client: 'A', hits: ['h1'], bucket: null, cause: 'operator' });
    expect(await world.store.closeNow(world.wheel, keyOf('A'), 'operator', 1)).toBeNull();
  });

  describe('with a session of three clients', () => {
    beforeEach(async () => {
      await world.hits(
        GIVEN,
        { id: 'a1', at: 100, client: 'A', stamp: 'S1' },
        { id: 'b1', at: 101, client: 'B', stamp: 'S2' },
        { id: 'c1', at: 102, client: 'C', stamp: 'S2', user: 'C-only' },
        { id: 'b2', at: 103, client: 'B', stamp: 'S1' },
      );
      expect((await world.store.openSession(world.wheel, keyOf('A')))?.clientKeys).toHaveLength(3);
    });

    it('takes one client out with what only it showed; what others showed too joins nobody any more', async () => {
      const reply = await world.store.unmerge(world.wheel, keyOf('A'), keyOf('C'), 1);
      expect(reply).toEqual({ kind: 'unmerged', sessionKey: keyOf('C') });
      expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 3, lastHitAtMs: 103_000, expiryBucket: 113 });
      expect(await world.store.openSession(world.wheel, keyOf('C'))).toMatchObject({ hits: 1, expiryBucket: 112, joins: [] });
      expect(await world.store.openSessionOfIdentifier(world.wheel, 'stamp', 'S2')).toBeNull();
      expect(await world.store.openSessionOfIdentifier(world.wheel, 'user', 'C-only')).toMatchObject({ sessionKey: keyOf('C') });
      const [again] = await world.hits(GIVEN, { id: 'c2', at: 104, client: 'C', stamp: 'S2' });
      expect(again).toMatchObject({ outcome: 'stored', sessionKey: keyOf('C') });
      await world.ping(200);
      expect(await world.settle()).toEqual([
        { client: 'A', hits: ['a1', 'b1', 'b2'], bucket: 113, cause: 'inactivity' },
        { client: 'C', hits: ['c1', 'c2'], bucket: 114, cause: 'inactivity' },
      ]);
    });

    it('lets the others leave when the one is taken out that gave the session its key', async () => {
      expect(await world.store.unmerge(world.wheel, keyOf('A'), keyOf('A'), 1)).toEqual({ kind: 'unmerged', sessionKey: keyOf('B') });
      expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 1, clientKeys: [keyOf('A')] });
      expect(await world.store.openSession(world.wheel, keyOf('B'))).toMatchObject({ hits: 3, startedAtMs: 101_000 });
      const results = await world.hits(GIVEN, { id: 'c2', at: 104, client: 'C' });
      expect(results).toMatchObject([{ outcome: 'joined', sessionKey: keyOf('B') }]);
      await world.ping(200);
      expect((await world.settle()).map(({ client, hits }) => [client, hits])).toEqual([
        ['A', ['a1']],
        ['B', ['b1', 'c1', 'b2', 'c2']],
      ]);
    });

    it('says when there is nothing to take out', async () => {
      expect(await world.store.unmerge(world.wheel, keyOf('A'), keyOf('X'), 1)).toEqual({ kind: 'not_joined' });
      expect(await world.store.unmerge(world.wheel, keyOf('X'), keyOf('X'), 1)).toEqual({ kind: 'gone' });
    });

    it('erases one client and leaves the others as they are', async () => {
      expect(await world.store.erase(world.wheel, keyOf('A'))).toEqual({ openHits: 1, frozenHits: 0, pendingCloses: 0 });
      expect((await world.keys()).filter(key => key.includes(keyOf('A')))).toEqual([]);
      await world.ping(200);
      expect(await world.settle()).toMatchObject([{ client: 'B', hits: ['b1', 'c1', 'b2'] }]);
    });

    it('erases frozen hits too, but not those that are decided already', async () => {
      await world.ping(200);
      const [closeId = ''] = (await world.turn()).closeIds;
      expect(await world.store.erase(world.wheel, keyOf('B'))).toEqual({ openHits: 0, frozenHits: 2, pendingCloses: 0 });
      expect((await world.store.frozen(world.wheel, closeId))?.parts.map(({ clientKey }) => clientKey).sort()).toEqual(
        [keyOf('A'), keyOf('C')].sort(),
      );
      await world.store.assign({ ...world.wheel, closeId, versions: {}, answer: 'x', writes: [], keepUntilMs: 0 });
      expect(await world.store.erase(world.wheel, keyOf('C'))).toEqual({ openHits: 0, frozenHits: 0, pendingCloses: 1 });
    });
  });

  it('leaves nothing of an erased client that was alone', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', stamp: 'S1' });
    await world.store.erase(world.wheel, keyOf('A'));
    expect(await world.keys()).toEqual(['epoch', 'lanes', 'layout', 'live:bidx:property', 'live:next:property', 'live:wm:property', 'pos']);
  });

  it('lets an identifier of many clients join nobody any more', async () => {
    const given = { ...GIVEN, property: { clientsPerIdentifierMax: 3 } };
    const clients = ['A', 'B', 'C', 'D', 'E'];
    const results = await world.hits(given, ...clients.map((client, index) => ({ id: client, at: 100 + index, client, stamp: 'NAT' })));
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'joined', 'joined', 'stored', 'stored']);
    const notices = await world.store.notices(world.wheel, 10);
    expect(notices.filter(({ kind }) => kind === 'saturated')).toEqual([
      expect.objectContaining({ identifierType: 'stamp', identifierHash: 'NAT', clients: 4, atMs: 103_000 }),
    ]);
  });

  it('keeps a saturated identifier apart for a day of event time', async () => {
    await world.store.markSaturated(world.wheel, { identifierType: 'stamp', identifierHash: 'S', atMs: 100_000 });
    const outcomes = async (at: number): Promise<readonly string[]> =>
      (
        await world.hits(
          GIVEN,
          { id: `a${String(at)}`, at, client: 'A', stamp: 'S' },
          { id: `b${String(at)}`, at, client: 'B', stamp: 'S' },
        )
      ).map(({ outcome }) => outcome);
    expect(await outcomes(200)).toEqual(['stored', 'stored']);
    await world.ping(100 + 86_400 + 20);
    await world.settle();
    expect(await outcomes(100 + 86_400 + 30)).toEqual(['stored', 'joined']);
  });

  it('refuses hits over the quotas of a property and stores nothing of them', async () => {
    const sessions = { ...GIVEN, property: { openSessionsMax: 2 } };
    const results = await world.hits(
      sessions,
      ...['A', 'B', 'C', 'A'].map((client, index) => ({ id: `s${String(index)}`, at: 100 + index, client })),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'refused', 'stored']);
    const bytes = { ...GIVEN, property: { propertyId: 'q', openBytesMax: 700 } };
    const more = await world.hits(bytes, ...[0, 1, 2].map(index => ({ id: `q${String(index)}`, at: 100 + index, client: 'Q' })));
    expect(more.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'refused']);
    expect(await world.store.openBytes(world.wheel)).toEqual(
      expect.arrayContaining([
        { namespace: 'n', propertyId: 'p', bytes: 900 },
        { namespace: 'n', propertyId: 'q', bytes: 600 },
      ]),
    );
  });

  it('obeys the controls of hits', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A' }, { id: 'a2', at: 101, client: 'A', control: 'session_start' });
    await world.hits(GIVEN, { id: 'a3', at: 102, client: 'A', control: 'session_end' });
    const claimed = await world.store.claim(world.wheel, 10, 60_000);
    const closed = await Promise.all(claimed.map(({ closeId }) => world.handOver(closeId)));
    expect(closed.map(({ hits, cause }) => [hits, cause]).sort()).toEqual([
      [['a1'], 'session_start'],
      [['a2', 'a3'], 'session_end'],
    ]);
  });

  it('reads open and closing sessions', async () => {
    await world.hits(GIVEN, { id: 'a1', at: 100, client: 'A', stamp: 'S' }, { id: 'b1', at: 101, client: 'B', stamp: 'S' });
    await world.hits(GIVEN, { id: 'c1', at: 108, client: 'C' });
    expect(await world.store.openSessionOfClient(world.wheel, keyOf('B'))).toMatchObject({
      sessionKey: keyOf('A'),
      scope: 'property',
      state: 'OPEN',
      firstHitId: 'a1',
      startedAtMs: 100_000,
      lastHitAtMs: 101_000,
      hits: 2,
      bytes: 600,
    });
    const page = await world.store.openSessions(world.wheel, PROPERTY.namespace, PROPERTY.propertyId, 10);
    expect(page.map(({ sessionKey }) => sessionKey)).toEqual([keyOf('C'), keyOf('A')]);
    expect(await world.store.openSessions(world.wheel, 'n', 'p', 10, 107_000)).toHaveLength(1);
    expect(await world.store.wheelStatus(world.wheel, 'property')).toMatchObject({ nextBucket: 100, oldestOpenMs: 100_000 });
    await world.ping(112);
    await world.turn();
    const closing = await world.store.closingSessions(world.wheel, 'n', 'p', 10);
    expect(closing).toMatchObject([{ state: 'CLOSING', sessionKey: keyOf('A'), firstHitId: 'a1', hits: 2 }]);
    for (const session of [...closing, ...(await world.store.openSessions(world.wheel, 'n', 'p', 10))]) {
      const hits = (await world.store.hitsOf(world.wheel, session)).flatMap(({ raw }) => raw);
      expect(hits).toHaveLength(session.hits);
    }
    expect(await world.store.queueStatus(world.wheel)).toMatchObject({ length: 1 });
    expect((await world.store.memoryUse()).usedBytes).toBeGreaterThan(0);
  });
});
