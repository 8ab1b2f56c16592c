import type { SessionViews } from '../../src/adapters/mongo/session-views.js';
import { ADDRESS, close, header, MINUTE_MS, START_MS } from './given.js';
import { bulky, hit, session } from './hits.js';
import { World } from './world.js';

const PLACE = { namespace: ADDRESS.namespace, propertyId: ADDRESS.propertyId };

describe('the read model of closed sessions', () => {
  let world: World;
  let views: SessionViews;

  beforeEach(async () => {
    world = await World.open();
    views = await world.openViews();
    await views.own(world.lease());
  });

  afterEach(async () => {
    await views.stop();
    await world.close();
  });

  const folded = (sequence: number) => views.reached(ADDRESS.state, sequence);

  const reopen = async (): Promise<void> => {
    await views.stop();
    views = await world.openViews();
    await views.own(world.lease());
  };

  const hitIds = async (sessionId: string): Promise<{ ids: string[]; isPartial: boolean }> => {
    const found = await views.queries.find(PLACE, sessionId);
    if (found === undefined) throw new Error(`no session ${sessionId}`);
    const { hits, isPartial } = await views.queries.hitsOf(found);
    return { ids: hits.map(({ id }) => id), isPartial };
  };

  it('shows sessions of one close id when its last message has come, not before', async () => {
    const { chunks, last } = world.messagesOf(close('k.1', session(header('h1'), hit('h1')), session(header('h2'), hit('h2'))));
    for (const chunk of chunks) await folded(await world.publish(chunk));
    expect(await views.queries.find(PLACE, 'h1')).toBeUndefined();
    await folded(await world.publish(last));
    expect((await views.queries.find(PLACE, 'h1'))?.header).toEqual(header('h1'));
    expect(await hitIds('h2')).toEqual({ ids: ['h2'], isPartial: false });
  });

  it('tells interleaved publications apart, and passes over one that was broken off', async () => {
    const [one, two, broken] = ['h1', 'h2', 'h3'].map(id => world.messagesOf(close(`k.${id}`, session(header(id), hit(id)))));
    for (const messages of [one, broken, two]) for (const chunk of messages?.chunks ?? []) await world.publish(chunk);
    let sequence = 0;
    for (const messages of [two, one]) if (messages !== undefined) sequence = await world.publish(messages.last);
    await folded(sequence);
    expect((await views.queries.list(PLACE, 10)).sessions.map(image => image.header.sessionId)).toEqual(['h1', 'h2']);
  });

  it('gives the same documents when everything is published again', async () => {
    const closes = ['h1', 'h2'].map(id => close(`k.${id}`, session(header(id), hit(id))));
    for (const each of closes) await folded(await world.publishClose(each));
    const before = await world.dump(['sequence', 'closedAtMs']);
    for (const each of closes) await folded(await world.publishClose(each));
    expect(await world.dump(['sequence', 'closedAtMs'])).toEqual(before);
  });

  it('comes to the same whatever the order of revisions, repeats included', async () => {
    const revisions = [
      close('k.1', session(header('h1'), hit('h1'))),
      close(
        'k.2',
        session(
          header('h1', { revision: 2, kind: 'amended', hits: 2, continues: [{ sessionId: 'h1', revision: 1 }] }),
          hit('h2', { receivedAtMs: START_MS + 1 }),
        ),
      ),
      close(
        'k.3',
        session(
          header('h1', { revision: 3, kind: 'amended', hits: 3, continues: [{ sessionId: 'h1', revision: 2 }] }),
          hit('h3', { receivedAtMs: START_MS + 2 }),
        ),
      ),
      close(
        'k.4',
        session(header('h1', { revision: 4, kind: 'superseded', supersededBy: 'h0' })),
        session(
          header('h0', { hits: 4, startedAtMs: START_MS - 1, continues: [{ sessionId: 'h1', revision: 3 }] }),
          hit('h0', { receivedAtMs: START_MS - 1 }),
        ),
      ),
    ];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1, 0],
      [1, 3, 0, 2, 1],
    ];
    const dumps: unknown[] = [];
    for (const order of orders) {
      await views.stop();
      await world.purge();
      views = await world.openViews();
      await views.own(world.lease());
      for (const index of order) await folded(await world.publishClose(revisions[index] ?? close('none')));
      expect(await hitIds('h0')).toEqual({ ids: ['h0', 'h1', 'h2', 'h3'], isPartial: false });
      expect((await views.queries.find(PLACE, 'h1'))?.header).toMatchObject({ kind: 'superseded', supersededBy: 'h0' });
      dumps.push(await world.dump(['sequence', 'closedAtMs']));
    }
    for (const dump of dumps) expect(dump).toEqual(dumps[0]);
  });

  it('loses and doubles nothing when the reader is stopped after every message', async () => {
    const first = world.messagesOf(close('k.1', session(header('h1', { hits: 40 }), ...bulky('h1', 40))));
    const second = world.messagesOf(close('k.2', session(header('g1'), hit('g1'))));
    expect(first.chunks.length).toBeGreaterThan(2);
    const [opening, ...others] = first.chunks;
    for (const message of [opening, ...second.chunks, ...others, second.last, first.last]) {
      if (message === undefined) throw new Error('no message');
      await folded(await world.publish(message));
      await reopen();
    }
    await views.reached(ADDRESS.state, 1);
    expect((await hitIds('h1')).ids).toHaveLength(40);
    expect(await hitIds('g1')).toEqual({ ids: ['g1'], isPartial: false });
  });

  it('holds a session of ten thousand hits in bounded documents', async () => {
    const hits = bulky('big', 10_000, 700);
    const messages = world.messagesOf(close('k.1', session(header('big-0', { hits: 10_000 }), ...hits)));
    expect(messages.chunks.length).toBeGreaterThan(10);
    for (const chunk of messages.chunks) await world.publish(chunk);
    await folded(await world.publish(messages.last));
    expect(await hitIds('big-0')).toEqual({ ids: hits.map(({ id }) => id), isPartial: false });
  });

  it('lists by time, client and user, page after page', async () => {
    const sessions = Array.from({ length: 7 }, (_, index) =>
      session(
        header(`h${index}`, {
          startedAtMs: START_MS + Math.floor(index / 2) * MINUTE_MS,
          clientKeys: [index % 2 === 0 ? 'even' : 'odd'],
          ...(index > 3 ? { userId: 'ada' } : {}),
        }),
        hit(`h${index}`),
      ),
    );
    await folded(await world.publishClose(close('k.1', ...sessions)));
    const ids: string[] = [];
    let page = await views.queries.list(PLACE, 3);
    for (;;) {
      ids.push(...page.sessions.map(image => image.header.sessionId));
      if (page.next === undefined) break;
      page = await views.queries.list(PLACE, 3, page.next);
    }
    expect(ids).toEqual(['h6', 'h4', 'h5', 'h2', 'h3', 'h0', 'h1']);
    const listed = async (filter: object): Promise<string[]> =>
      (await views.queries.list({ ...PLACE, ...filter }, 10)).sessions.map(image => image.header.sessionId);
    expect(await listed({ clientKey: 'odd' })).toEqual(['h5', 'h3', 'h1']);
    expect(await listed({ userId: 'ada' })).toEqual(['h6', 'h4', 'h5']);
    expect(await listed({ fromMs: START_MS + MINUTE_MS, toMs: START_MS + 2 * MINUTE_MS })).toEqual(['h2', 'h3']);
    expect(await listed({ lane: 'import-1' })).toEqual([]);
  });
});
