import { streamTable } from '@drawdown/eventlog';
import { expiredOf } from '../../src/adapters/jetstream/session-retention.js';
import type { Expired } from '../../src/adapters/mongo/expired-views.js';
import { SessionViews } from '../../src/adapters/mongo/session-views.js';
import { ADDRESS, close, header } from './given.js';
import { bulky, hit, session } from './hits.js';
import { World } from './world.js';

const DAY_MS = 86_400_000;

describe('documents of what has left the stream', () => {
  let world: World;
  let views: SessionViews;
  let expired: Expired | undefined;

  beforeEach(async () => {
    world = await World.open();
    expired = undefined;
    const { access, db, incarnation } = world;
    views = await SessionViews.open({ ...access, db, incarnation, expired: () => Promise.resolve(expired) });
    await views.own(world.lease());
  });
  afterEach(async () => {
    await views.stop();
    await world.close();
  });

  const publish = async (id: string, revision = 1, hits = [hit(`${id}-${String(revision)}`)]): Promise<number> => {
    const continues = revision === 1 ? [] : [{ sessionId: id, revision: revision - 1 }];
    const kind = revision === 1 ? ('closed' as const) : ('amended' as const);
    const sequence = await world.publishClose(
      close(`k.${id}.${String(revision)}`, session(header(id, { revision, kind, continues }), ...hits)),
    );
    await views.reached(ADDRESS.state, sequence);
    return sequence;
  };
  /** Ids as they end: the session, or its revision and part. */
  const idsOf = async (collection: string): Promise<readonly string[]> =>
    Object.keys((await world.dump())[collection] ?? {}).map(id => id.replace(/^demo\/shop\//, ''));
  const removeUpTo = async (sequence: number): Promise<void> => {
    await world.manager.streams.purge(streamTable(world.prefix).sessions.name, { seq: sequence + 1 });
  };

  it('go with their hits, all parts of them, and what is left is what the stream says', async () => {
    const last = await publish('old', 1, bulky('old', 20));
    await publish('new');
    await removeUpTo(last);
    expired = { firstSequence: last + 1, beforeMs: Date.now() + DAY_MS };
    expect(await views.expire()).toBeGreaterThan(2);
    expect([await idsOf('sessions'), await idsOf('session_hits')]).toEqual([['new'], ['1/0/new']]);
    expect(await views.expire()).toBe(0);
    expect(await views.audit(ADDRESS.state)).toEqual({ documents: 2, differences: [] });
  });

  it('are deleted before an audit compares', async () => {
    const last = await publish('old');
    await publish('new');
    await removeUpTo(last);
    expired = { firstSequence: last + 1, beforeMs: Date.now() + DAY_MS };
    expect((await views.audit(ADDRESS.state)).differences).toEqual([]);
  });

  it('stay where the stream still holds them, and where it lost them before their time', async () => {
    const last = await publish('one');
    await publish('two');
    expired = { firstSequence: 1, beforeMs: Date.now() + DAY_MS };
    expect(await views.expire()).toBe(0);
    expired = { firstSequence: last + 1_000, beforeMs: Date.now() - DAY_MS };
    expect(await views.expire()).toBe(0);
    expired = undefined;
    expect(await views.expire()).toBe(0);
    expect(await idsOf('sessions')).toEqual(['one', 'two']);
  });

  it('stay where a revision came later: only the hits that came before go', async () => {
    const [first] = [await publish('amended'), await publish('old')];
    const last = await publish('amended', 2);
    expired = { firstSequence: last - 1, beforeMs: Date.now() + DAY_MS };
    expect(first).toBeLessThan(last);
    await views.expire();
    expect([await idsOf('sessions'), await idsOf('session_hits')]).toEqual([['amended'], ['2/0/amended']]);
    const image = await views.queries.find({ namespace: ADDRESS.namespace, propertyId: ADDRESS.propertyId }, 'amended');
    if (image === undefined) throw new Error('the session is gone');
    expect(await views.queries.hitsOf(image)).toMatchObject({ isPartial: true, hits: [{ id: 'amended-2' }] });
  });

  it('are those older than the stream keeps, by its own settings', async () => {
    const name = streamTable(world.prefix).sessions.name;
    await publish('one');
    const nowMs = Date.now();
    const { config } = await world.manager.streams.info(name);
    expect(await expiredOf(world.manager, name, nowMs)).toEqual({ firstSequence: 1, beforeMs: nowMs - config.max_age / 1_000_000 });
    await world.manager.streams.update(name, { max_age: 0 });
    expect(await expiredOf(world.manager, name, nowMs)).toBeUndefined();
  });
});
