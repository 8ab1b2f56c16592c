import { PARTITIONS } from '@drawdown/eventlog';
import { clientKey, userKey, type ProtoSessionClose } from '../../src/domain/index.js';
import type { SessionViews } from '../../src/adapters/mongo/session-views.js';
import { ADDRESS, close, header, START_MS } from './given.js';
import { hit, session } from './hits.js';
import { World } from './world.js';

const PLACE = { namespace: ADDRESS.namespace, propertyId: ADDRESS.propertyId };
const key = (clientId: string): string => clientKey(PLACE.namespace, PLACE.propertyId, clientId);

/** Closed, amended and superseded sessions of two clients, one of whom has logged in. */
const closes = (name: string): readonly ProtoSessionClose[] => [
  close(
    `${name}.1`,
    session(
      header(`${name}-a`, { clientKeys: [key('ann')], clientId: 'ann', userId: 'ada' }),
      hit(`${name}-a`, { clientId: 'ann', userId: 'ada' }),
    ),
  ),
  close(
    `${name}.2`,
    session(
      header(`${name}-b`, { clientKeys: [key('bob'), key('ann')], clientId: 'bob', hits: 2 }),
      hit(`${name}-b`, { clientId: 'bob' }),
      hit(`${name}-b2`, { clientId: 'ann', receivedAtMs: START_MS + 1 }),
    ),
  ),
  close(
    `${name}.3`,
    session(
      header(`${name}-b`, {
        revision: 2,
        kind: 'amended',
        hits: 3,
        clientKeys: [key('bob'), key('ann')],
        clientId: 'bob',
        continues: [{ sessionId: `${name}-b`, revision: 1 }],
      }),
      hit(`${name}-b3`, { clientId: 'bob', receivedAtMs: START_MS + 2 }),
    ),
  ),
  close(`${name}.4`, session(header(`${name}-c`, { revision: 2, kind: 'superseded', supersededBy: `${name}-a` }))),
];

describe('documents of sessions', () => {
  let world: World;
  let views: SessionViews;

  beforeEach(async () => {
    world = await World.open();
    views = await world.openViews();
  });

  afterEach(async () => {
    await views.stop();
    await world.close();
  });

  const publish = async (...names: readonly string[]): Promise<number> => {
    let sequence = 0;
    for (const each of names.flatMap(closes)) sequence = await world.publishClose(each);
    return sequence;
  };

  const folded = (sequence: number): Promise<void> => views.reached(ADDRESS.state, sequence);

  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 20));
  };

  it('are the same field by field after a rebuild, during which the old ones are read and new ones arrive', async () => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) await views.own(world.lease(partition));
    await folded(await publish('x', 'y'));
    const generations = new Set<string>();
    for await (const progress of views.rebuild()) {
      generations.add(progress.generation);
      if (generations.size === 1 && !progress.done) await folded(await publish('z'));
      expect(await views.queries.find(PLACE, 'x-a')).toBeDefined();
    }
    const last = await publish('w');
    await folded(last);
    const rebuilt = await world.dump();
    expect(Object.keys(rebuilt['sessions'] ?? {})).toContain('demo/shop/w-a');
    expect(await views.audit(ADDRESS.state)).toMatchObject({ differences: [] });
    await views.stop();
    await world.db.dropDatabase();
    views = await world.openViews();
    await views.own(world.lease());
    await folded(last);
    expect(await world.dump()).toEqual(rebuilt);
  });

  it('come back by themselves when the database is emptied while it is read', async () => {
    await views.own(world.lease());
    const last = await publish('x', 'y');
    await folded(last);
    const before = await world.dump();
    await world.db.dropDatabase();
    await until(async () => Object.keys((await world.dump())['sessions'] ?? {}).length === Object.keys(before['sessions'] ?? {}).length);
    await until(async () => (await views.queries.list(PLACE, 10)).sessions.length === 4);
    await folded(await publish('z'));
    expect(await views.audit(ADDRESS.state)).toMatchObject({ differences: [] });
  });

  it('show a field that was damaged on purpose when they are audited', async () => {
    await views.own(world.lease());
    await folded(await publish('x'));
    expect(await views.audit(ADDRESS.state)).toEqual({ documents: 6, differences: [] });
    const names = (await world.db.listCollections().toArray()).map(({ name }) => name);
    const sessions = world.db.collection<{ _id: string }>(names.find(name => /^sessions_(?!watermarks)/.test(name)) ?? '');
    await sessions.updateOne({ _id: 'demo/shop/x-a' }, { $set: { startedAtMs: 1 } });
    await sessions.deleteOne({ _id: 'demo/shop/x-b' });
    expect((await views.audit(ADDRESS.state)).differences).toMatchObject([
      { collection: 'sessions', documentId: 'demo/shop/x-a', field: 'startedAtMs', stored: 1, folded: START_MS },
      { collection: 'sessions', documentId: 'demo/shop/x-b', field: '', stored: undefined },
    ]);
  });

  it('forget who was erased, and do not learn it again from a publication that was under way', async () => {
    await views.own(world.lease());
    await folded(await publish('x'));
    const erased = { type: 'erased', clientKeys: [key('ann')], userKeys: [userKey(PLACE.namespace, PLACE.propertyId, 'ada')] } as const;
    await folded(await world.publisher.announce(ADDRESS, erased, 'erase-1'));
    await folded(await publish('x', 'y'));
    for (const name of ['x', 'y']) {
      const found = await views.queries.find(PLACE, `${name}-b`);
      if (found === undefined) throw new Error('not there');
      expect(found.header.clientKeys).toEqual([key('bob')]);
      expect((await views.queries.hitsOf(found)).hits.map(({ id }) => id)).toEqual([`${name}-b`, `${name}-b3`]);
      expect((await views.queries.find(PLACE, `${name}-a`))?.header).toMatchObject({ clientId: '', clientKeys: [] });
    }
    expect(JSON.stringify(await world.dump())).not.toMatch(/"?ann"|ada|\\"ann/);
    expect((await views.queries.list({ ...PLACE, userId: 'ada' }, 10)).sessions).toEqual([]);
    expect(await views.audit(ADDRESS.state)).toMatchObject({ differences: [] });
  });

  it('count again who comes back after an erasure', async () => {
    await views.own(world.lease());
    await folded(await world.publisher.announce(ADDRESS, { type: 'erased', clientKeys: [key('ann')], userKeys: [] }, 'erase-1'));
    const later = Date.now() + 60_000;
    const of = header('new', { clientKeys: [key('ann')], clientId: 'ann', startedAtMs: later });
    await folded(await world.publishClose(close('k.1', session(of, hit('new', { clientId: 'ann', receivedAtMs: later })))));
    const found = await views.queries.find(PLACE, 'new');
    expect(found?.header.clientId).toBe('ann');
    expect(found === undefined ? [] : (await views.queries.hitsOf(found)).hits).toHaveLength(1);
  });

  it('stay with the newer owner when an older one writes late', async () => {
    await views.own(world.lease(ADDRESS.state, 1));
    const others = await world.openViews();
    await others.own(world.lease(ADDRESS.state, 2));
    const last = await publish('x', 'y');
    await Promise.all([folded(last), others.reached(ADDRESS.state, last)]);
    expect(await others.audit(ADDRESS.state)).toMatchObject({ differences: [] });
    await others.stop();
  });
});
