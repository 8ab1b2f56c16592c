import { World, keyOf } from './given.js';

const GIVEN = { timeoutSeconds: 10 };
const VISIBILITY_MS = 60_000;

describe('Hand-over of a close (sessions §12.4)', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  const beginClose = async (): Promise<string> => {
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A', stamp: 'S' }, { id: 'h2', at: 101, client: 'B', stamp: 'S' });
    await world.ping(200);
    const { closeIds } = await world.turn();
    expect(closeIds).toHaveLength(1);
    return closeIds[0] ?? '';
  };

  const assignment = (closeId: string, versions: Record<string, number>) => ({
    ...world.wheel,
    closeId,
    versions,
    answer: 'the answer',
    writes: [{ clientKeys: [keyOf('A'), keyOf('B')], sessionId: 'h1', header: '{"id":"h1"}' }],
    keepUntilMs: 300_000,
  });

  it('gives a due close to one worker until its time is over', async () => {
    const closeId = await beginClose();
    expect(await world.store.claim(world.wheel, 10, VISIBILITY_MS)).toEqual([{ closeId, attempts: 1 }]);
    expect(await world.store.claim(world.wheel, 10, VISIBILITY_MS)).toEqual([]);
    await world.store.postpone(world.wheel, closeId, 0, 'failure');
    expect(await world.store.claim(world.wheel, 10, VISIBILITY_MS)).toEqual([{ closeId, attempts: 2 }]);
  });

  it('does not count tries that a fault of a server ended', async () => {
    const closeId = await beginClose();
    for (let outage = 0; outage < 3; outage += 1) {
      expect(await world.store.claim(world.wheel, 10, VISIBILITY_MS)).toEqual([{ closeId, attempts: 1 }]);
      await world.store.postpone(world.wheel, closeId, 0, 'fault');
    }
    await world.store.finish(world.wheel, closeId);
    await world.store.postpone(world.wheel, closeId, 0, 'fault');
    expect(await world.keys()).not.toContainEqual(expect.stringContaining(closeId));
  });

  it('reads what was frozen, whoever of the group sent it', async () => {
    const closeId = await beginClose();
    const frozen = await world.store.frozen(world.wheel, closeId);
    expect(frozen).toMatchObject({
      sessionKey: keyOf('A'),
      scope: 'property',
      namespace: 'n',
      propertyId: 'p',
      closeCause: 'inactivity',
      bucket: 111,
      firstHitId: 'h1',
      startedAtMs: 100_000,
      lastHitAtMs: 101_000,
      joins: [{ clientKey: keyOf('B'), identifierType: 'stamp', atMs: 101_000 }],
      answer: null,
    });
    expect(frozen?.parts.map(({ clientKey, raw }) => [clientKey, raw.length])).toEqual([
      [keyOf('A'), 1],
      [keyOf('B'), 1],
    ]);
  });

  it('stores the answer once and gives the headers to every client of the group', async () => {
    const closeId = await beginClose();
    const { versions } = await world.store.closedHeaders(world.wheel, [keyOf('A'), keyOf('B')]);
    expect(await world.store.assign(assignment(closeId, versions))).toEqual({ kind: 'assigned', answer: 'the answer' });
    expect(await world.store.assign({ ...assignment(closeId, versions), answer: 'another' })).toEqual({
      kind: 'repeated',
      answer: 'the answer',
    });
    const read = await world.store.closedHeaders(world.wheel, [keyOf('B')]);
    expect([...read.headers]).toEqual([['h1', '{"id":"h1"}']]);
    expect((await world.store.frozen(world.wheel, closeId))?.answer).toBe('the answer');
  });

  it('refuses to decide on headers that have changed since', async () => {
    const closeId = await beginClose();
    const { versions } = await world.store.closedHeaders(world.wheel, [keyOf('A')]);
    await world.store.assign(assignment(closeId, versions));
    await world.hits(GIVEN, { id: 'h3', at: 300, client: 'A' });
    await world.ping(350);
    const { closeIds } = await world.turn();
    expect(await world.store.assign(assignment(closeIds[0] ?? '', versions))).toEqual({ kind: 'changed' });
  });

  it('forgets headers by event time', async () => {
    const closeId = await beginClose();
    await world.store.assign(assignment(closeId, {}));
    await world.store.finish(world.wheel, closeId);
    await world.ping(300);
    await world.settle();
    expect((await world.store.closedHeaders(world.wheel, [keyOf('A')])).headers.size).toBe(1);
    await world.ping(301);
    await world.settle();
    expect((await world.store.closedHeaders(world.wheel, [keyOf('A')])).headers.size).toBe(0);
    expect((await world.keys()).filter(key => key.includes(':z:') || key.includes(':zx'))).toEqual([]);
  });

  it('finishes once, and what is gone stays gone', async () => {
    const closeId = await beginClose();
    expect(await world.store.finish(world.wheel, closeId)).toBe(true);
    expect(await world.store.finish(world.wheel, closeId)).toBe(false);
    expect(await world.store.frozen(world.wheel, closeId)).toBeNull();
    expect(await world.store.assign(assignment(closeId, {}))).toEqual({ kind: 'gone' });
    expect(await world.store.claim(world.wheel, 10, VISIBILITY_MS)).toEqual([]);
  });

  it('announces merges and openings until they are acknowledged', async () => {
    const given = { ...GIVEN, property: { announceOpened: true } };
    await world.hits(given, { id: 'h1', at: 100, client: 'A', stamp: 'S' }, { id: 'h2', at: 101, client: 'B', stamp: 'S' });
    const notices = await world.store.notices(world.wheel, 10);
    expect(notices).toMatchObject([
      { kind: 'opened', sessionKey: keyOf('A'), firstHitId: 'h1', startedAtMs: 100_000, expiresAtBucket: 110 },
      { kind: 'merged', sessionKey: keyOf('A'), mergedSessionKey: keyOf('B'), identifierType: 'stamp', identifierHash: 'S', atMs: 101_000 },
    ]);
    await world.store.acknowledgeNotices(
      world.wheel,
      notices.map(({ id }) => id),
    );
    expect(await world.store.notices(world.wheel, 10)).toEqual([]);
  });
});

describe('Position of a source (sessions §12.5)', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it('applies what follows, passes over what is applied, and notices a loss', async () => {
    const hits = [world.record({ id: 'h1', at: 100, client: 'A' }, GIVEN)];
    expect((await world.store.ingest(world.call({ previous: 0, next: 7, hits }))).kind).toBe('applied');
    expect(await world.store.ingest(world.call({ previous: 0, next: 7, hits }))).toEqual({ kind: 'already_applied', at: 7 });
    expect(await world.store.ingest(world.call({ previous: 9, next: 12, hits }))).toEqual({ kind: 'state_lost', at: 7 });
    expect(await world.store.ingest(world.call({ source: 2, previous: 3, next: 4 }))).toEqual({ kind: 'state_lost', at: null });
    expect(await world.store.positions(5)).toEqual(new Map([[1, 7]]));
    expect(await world.store.lanes(5)).toEqual(['live']);
  });

  it('refuses an owner that was replaced', async () => {
    await world.store.ingest(world.call({ epoch: 5, previous: 0, next: 1 }));
    await expect(world.store.ingest(world.call({ epoch: 4, previous: 1, next: 2 }))).rejects.toMatchObject({ reason: 'OUTDATED_EPOCH' });
  });
});
