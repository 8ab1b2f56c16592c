import { Fault } from '@drawdown/errors';
import { SubjectReader, streamTable } from '@drawdown/eventlog';
import { publishSessionUsageTo } from '../../src/adapters/jetstream/session-usage-publisher.js';
import { SessionUsageFeed } from '../../src/adapters/jetstream/session-usage-feed.js';
import { SessionUsagePositions } from '../../src/adapters/jetstream/session-usage-positions.js';
import type { PublishUsage } from '../../src/application/usage-feed/usage-feed.js';
import type { ProtoSessionClose, SessionUsage } from '../../src/domain/index.js';
import { ADDRESS, close, header, START_MS } from './given.js';
import { UsageModel } from './usage-model.js';
import { World } from './world.js';

const worth = (sessionId: string, revision: number, value: number, customer = 'acme'): SessionUsage => ({
  id: `${sessionId}:${revision}:minutes`,
  rule: 'minutes',
  customer,
  eventType: 'session.minutes',
  value: String(value),
});

/** A session closes with 5, is amended to 8 for another customer, and is superseded by one of 11. */
const STORY: readonly ProtoSessionClose[] = [
  close('k.1', { header: header('s', { usage: [worth('s', 1, 5)] }), hits: [] }),
  close('k.2', {
    header: header('s', { revision: 2, kind: 'amended', usage: [worth('s', 2, 8, 'bee')], cancels: [worth('s', 1, 5)] }),
    hits: [],
  }),
  close(
    'k.3',
    { header: header('s', { revision: 3, kind: 'superseded', supersededBy: 'r', cancels: [worth('s', 2, 8, 'bee')] }), hits: [] },
    { header: header('r', { usage: [worth('r', 1, 11)] }), hits: [] },
  ),
];

describe('usage of sessions', () => {
  let world: World;
  let feed: SessionUsageFeed;

  beforeEach(async () => {
    world = await World.open();
  });

  afterEach(async () => {
    await feed.stop();
    await world.close();
  });

  const start = async (options: { publish?: PublishUsage; noteEveryMs?: number; incarnation?: string } = {}): Promise<void> => {
    const { publish = publishSessionUsageTo(world.stream, world.subjects), incarnation = world.incarnation, noteEveryMs = 0 } = options;
    const positions = await SessionUsagePositions.open(world.nats, world.prefix, incarnation);
    feed = await SessionUsageFeed.start({ ...world.access, lease: world.lease(), publish, positions, noteEveryMs });
  };

  const usage = async (): Promise<{ sums: Readonly<Record<string, number>>; ids: string[]; subjects: string[] }> => {
    const model = new UsageModel();
    const reader = new SubjectReader(world.manager, 'usage', streamTable(world.prefix).usage.name);
    const { last_seq } = (await world.manager.streams.info(streamTable(world.prefix).usage.name)).state;
    const ids: string[] = [];
    const subjects: string[] = [];
    for (let sequence = 1; sequence <= last_seq; sequence += 1) {
      const message = await reader.at(sequence);
      if (message === undefined) throw new Error(`no message ${sequence}`);
      subjects.push(message.subject);
      ids.push(...model.apply(message));
    }
    return { sums: model.sums(), ids, subjects };
  };

  it('follows each revision: the one before is taken back in the same envelope', async () => {
    await start();
    const amended = close('k.2', {
      header: header('s', { revision: 2, kind: 'amended', usage: [worth('s', 2, 8)], cancels: [worth('s', 1, 5)] }),
      hits: [],
    });
    await feed.reached(await world.publishClose(STORY[0] ?? amended));
    expect(await usage()).toMatchObject({ sums: { acme: 5 }, ids: ['s:1:minutes'] });
    await feed.reached(await world.publishClose(amended));
    const { sums, ids, subjects } = await usage();
    expect(sums).toEqual({ acme: 8 });
    expect(ids).toEqual(['s:1:minutes', 's:1:minutes:cancelled', 's:2:minutes']);
    const partition = world.subjects.customerPartition(ADDRESS.namespace, 'acme');
    expect(subjects).toEqual(Array.from({ length: 2 }, () => world.subjects.usageBatch(partition, ADDRESS.namespace)));
  });

  it('has the form that producers of usage are asked for', async () => {
    await start();
    await feed.reached(await world.publishClose(STORY[0] ?? close('none')));
    const stored = await new SubjectReader(world.manager, 'usage', streamTable(world.prefix).usage.name).at(1);
    expect(stored?.headers.get('content-type')).toBe('application/cloudevents-batch+json');
    expect(JSON.parse(Buffer.from(stored?.data ?? []).toString())).toEqual([
      {
        specversion: '1.0',
        id: 's:1:minutes',
        source: '/drawdown/sessions/shop',
        type: 'session.minutes',
        subject: 'acme',
        time: new Date(START_MS).toISOString(),
        datacontenttype: 'application/json',
        data: { value: 5 },
      },
    ]);
  });

  it('comes to the same whatever the order of revisions and however often they come', async () => {
    await start();
    const orders = [
      [2, 1, 0],
      [1, 1, 0, 2, 0],
      [0, 2, 1, 2],
    ];
    for (const indices of orders) for (const index of indices) await feed.reached(await world.publishClose(STORY[index] ?? close('none')));
    expect((await usage()).sums).toEqual({ acme: 11 });
  });

  it('waits for the last message, and does not forget chunks over a restart', async () => {
    await start();
    const { chunks, last } = world.messagesOf(STORY[0] ?? close('none'));
    for (const chunk of chunks) await feed.reached(await world.publish(chunk));
    const other = await world.publishClose(close('k.9', { header: header('t', { usage: [worth('t', 1, 1, 'other')] }), hits: [] }));
    await feed.reached(other);
    await feed.stop();
    expect((await usage()).sums).toEqual({ other: 1 });
    await start();
    await feed.reached(await world.publish(last));
    expect((await usage()).sums).toEqual({ acme: 5, other: 1 });
  });

  it('does not pass what was not acknowledged, and counts once what was published before a crash', async () => {
    const really = publishSessionUsageTo(world.stream, world.subjects);
    let crashes = 0;
    const crashing: PublishUsage = async envelopes => {
      await really(envelopes);
      crashes += 1;
      if (crashes < 4) throw new Fault('LOG_UNAVAILABLE', 'the acknowledgement was lost');
    };
    await start({ publish: crashing });
    for (const story of STORY) await feed.reached(await world.publishClose(story));
    expect(crashes).toBeGreaterThanOrEqual(4);
    expect((await usage()).sums).toEqual({ acme: 11 });
  });

  it('begins behind the position that was noted, and anew in another stream', async () => {
    await start();
    let sequence = 0;
    for (const story of STORY) sequence = await world.publishClose(story);
    await feed.reached(sequence);
    await feed.stop();
    const published = (await usage()).ids.length;
    await start();
    await feed.reached(await world.publishClose(close('k.9')));
    expect((await usage()).ids).toHaveLength(published);
    await feed.stop();
    await start({ incarnation: 'restored' });
    await feed.reached(await world.publishClose(close('k.10')));
    expect((await usage()).ids.length).toBeGreaterThan(published);
    expect((await usage()).sums).toEqual({ acme: 11 });
  });

  it('leaves out customers that no subject can hold', async () => {
    const left: number[] = [];
    const positions = await SessionUsagePositions.open(world.nats, world.prefix, world.incarnation);
    feed = await SessionUsageFeed.start({
      ...world.access,
      lease: world.lease(),
      publish: publishSessionUsageTo(world.stream, world.subjects),
      positions,
      feedObserver: { withoutCustomer: (_, __, events) => left.push(events) },
    });
    const usages = [worth('s', 1, 5, ''), worth('s', 1, 5, 'x'.repeat(129)), worth('s', 1, 5, 'nul\0'), worth('s', 1, 5)];
    await feed.reached(await world.publishClose(close('k.1', { header: header('s', { usage: usages }), hits: [] })));
    expect(left).toEqual([3]);
    expect((await usage()).sums).toEqual({ acme: 5 });
  });
});
