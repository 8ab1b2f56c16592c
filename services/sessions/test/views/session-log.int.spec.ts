import { streamTable } from '@drawdown/eventlog';
import { SessionCommands } from '../../src/adapters/jetstream/session-commands.js';
import { recordedSessions } from '../../src/adapters/jetstream/session-history.js';
import { SessionPublisher } from '../../src/adapters/jetstream/session-publisher.js';
import type { RecordedEntry } from '../../src/application/state/rebuild.js';
import type { OperatorFact } from '../../src/domain/index.js';
import { ADDRESS, close, header, hitBytes, START_MS } from './given.js';
import { bulky, hit, session } from './hits.js';
import { World } from './world.js';

const ENDED: OperatorFact = { type: 'ended', lane: 'live', sessionKey: 'k', reason: 'asked' };

describe('the log of sessions', () => {
  let world: World;
  let streamName: string;

  beforeEach(async () => {
    world = await World.open();
    streamName = streamTable(world.prefix).sessions.name;
  });

  afterEach(() => world.close());

  const messages = async (): Promise<number> => (await world.manager.streams.info(streamName)).state.messages;

  describe('when a proto-session is published', () => {
    const big = close('k.1', session(header('b-0', { hits: 40 }), ...bulky('b', 40)));

    it('has every message once, however often it is published', async () => {
      const first = await world.publisher.publishClose(ADDRESS, big);
      const count = await messages();
      expect(count).toBe(world.messagesOf(big).chunks.length + 1);
      expect(await world.publisher.publishClose(ADDRESS, big)).toEqual(first);
      expect(await messages()).toBe(count);
    });

    it('has the last message behind all others', async () => {
      const { sequence } = await world.publisher.publishClose(ADDRESS, big);
      expect(sequence).toBe(await messages());
    });

    it('names what the broker says, and takes the same again afterwards', async () => {
      let refusals = 3;
      const publisher = new SessionPublisher({
        subjects: world.subjects,
        publisher: {
          publish: (subject, data, options) => {
            refusals -= 1;
            return refusals >= 0
              ? world.stream.publish(`${world.prefix}.nobody.listens`, data, { ...options, timeout: 500 })
              : world.stream.publish(subject, data, options);
          },
        },
      });
      await expect(
        publisher.publishClose(ADDRESS, close('k.1', { header: header('h'), hits: [hitBytes('h', START_MS)] })),
      ).rejects.toMatchObject({
        reason: 'STREAM_MISSING',
      });
      refusals = 0;
      const { sequence } = await publisher.publishClose(ADDRESS, close('k.1', { header: header('h'), hits: [hitBytes('h', START_MS)] }));
      expect(sequence).toBe(2);
    });
  });

  describe('when an operator decides', () => {
    const commands = (): SessionCommands =>
      new SessionCommands({ publisher: world.stream, reader: world.access.reader, subjects: world.subjects });

    it('has the decision once, also where repeats are under way at once and after the duplicate window', async () => {
      const command = { id: 'c-1', createdAtMs: Date.now() };
      await world.publishClose(close('k.1', session(header('h'), hit('h'))));
      const recorded = await Promise.all(Array.from({ length: 5 }, () => commands().record(ADDRESS, ENDED, command)));
      expect(new Set(recorded.map(({ sequence }) => sequence)).size).toBe(1);
      await world.publishClose(close('k.2', session(header('g'), hit('g'))));
      expect(await commands().record(ADDRESS, ENDED, command)).toEqual({ sequence: recorded[0]?.sequence, repeated: true });
      expect(await messages()).toBe(5);
    });

    it('has decisions of several operators and closes between each other', async () => {
      const outcomes = await Promise.all([
        ...Array.from({ length: 6 }, (_, index) => commands().record(ADDRESS, ENDED, { id: `c-${index}`, createdAtMs: Date.now() })),
        ...Array.from({ length: 6 }, (_, index) => world.publishClose(close(`k.${index}`, session(header(`h${index}`), hit(`h${index}`))))),
      ]);
      expect(outcomes).toHaveLength(12);
      expect(await messages()).toBe(18);
    });

    it('refuses an id that was used for something else', async () => {
      const command = { id: 'c-1', createdAtMs: Date.now() };
      await commands().record(ADDRESS, ENDED, command);
      await expect(commands().record(ADDRESS, { ...ENDED, reason: 'another' }, command)).rejects.toMatchObject({
        reason: 'IDEMPOTENCY_MISMATCH',
      });
    });
  });

  it('says in its order what a state partition has recorded since a time', async () => {
    const recorded = async (sinceMs: number): Promise<readonly RecordedEntry[]> => {
      const entries: RecordedEntry[] = [];
      for await (const entry of recordedSessions(world.access.reader, world.subjects)(ADDRESS.state, sinceMs)) entries.push(entry);
      return entries;
    };
    expect(await recorded(0)).toEqual([]);
    const hits = bulky('b', 20);
    await world.publishClose(close('k.1', session(header('b-0', { hits: 20 }), ...hits), session(header('h'), hit('h'))));
    const broken = world.messagesOf(close('k.2', session(header('x'), hit('x'))));
    for (const chunk of broken.chunks) await world.publish(chunk);
    await world.publisher.announce(ADDRESS, ENDED, 'c-1');
    const superseded = header('h', { revision: 2, kind: 'superseded', supersededBy: 'g', hits: 0 });
    await world.publishClose(close('k.3', session(superseded)));
    expect(await recorded(0)).toMatchObject([
      { kind: 'close', close: { lane: 'live', header: header('b-0', { hits: 20 }), hits: hits.map(({ id }) => ({ id })) } },
      { kind: 'close', close: { header: header('h'), hits: [{ id: 'h' }] } },
      { kind: 'fact', fact: ENDED, namespace: ADDRESS.namespace, propertyId: ADDRESS.propertyId },
      { kind: 'close', close: { header: superseded, hits: [] } },
    ]);
    expect(await recorded(Date.now() + 60_000)).toEqual([]);
  });
});
