import { JetStreamEventLog, streamTable, SubjectReader, Subjects } from '@drawdown/eventlog';
import { connectForTest, destroyForTest, eventually, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { SetAsideFeed } from '../../src/adapters/jetstream/set-aside-feed.js';
import { setAsideEvents } from '../../src/adapters/wire/events/set-aside.js';
import { OPERATIONS_KIND, SET_ASIDE_KEY, SetAsideLog, SetAsideMessages } from '../../src/application/operations/set-aside.js';
import { decodeMessage } from '../../src/application/partition/recorded.js';
import type { Logs } from '../../src/application/aggregates/aggregates.js';

const WINDOW_MS = 3_600_000;

/** What the partition must never reach for: it decodes nothing of this subject. */
const NO_LOGS = {} as Logs;

describe('messages set aside', () => {
  const prefix = testPrefix();
  const deployment = { prefix, streams: ['capacity'] as const };
  const subjects = new Subjects(prefix);
  const subject = subjects.capacity(OPERATIONS_KIND, SET_ASIDE_KEY);
  let nats: NatsConnection;
  let reader: SubjectReader;
  let log: SetAsideLog;

  beforeAll(async () => {
    nats = await connectForTest();
    await provisionForTest(nats, deployment);
    const { name } = streamTable(prefix).capacity;
    reader = new SubjectReader(await jetstreamManager(nats), 'capacity', name);
    const events = await JetStreamEventLog.open(nats, streamTable(prefix).capacity, setAsideEvents);
    log = new SetAsideLog({ log: events, subject, clock: { nowMs: () => Date.now() }, commandWindowMs: WINDOW_MS });
  });
  afterAll(async () => {
    await destroyForTest(nats, deployment);
    await nats.close();
  });

  const command = (id: string): { id: string; createdAtMs: number; bodyHash: string } => ({ id, createdAtMs: Date.now(), bodyHash: id });

  const replica = async (): Promise<{ feed: SetAsideFeed; messages: SetAsideMessages }> => {
    const messages = new SetAsideMessages();
    const feed = new SetAsideFeed({ nats, streamName: streamTable(prefix).capacity.name, subject, reader, messages });
    await feed.start();
    return { feed, messages };
  };

  it('are known to replicas that start later and to those that are there, until they are taken back', async () => {
    const early = await replica();
    const sequence = await log.execute({ type: 'set-aside', sequence: 77, reason: 'breaks the fold' }, command('a'));
    await early.feed.reached(sequence);
    expect([early.messages.has(77), early.messages.has(78)]).toEqual([true, false]);
    const late = await replica();
    expect(late.messages.has(77)).toBe(true);
    await log.execute({ type: 'take-back', sequence: 77 }, command('b'));
    await eventually('both replicas know that it counts again', () => !early.messages.has(77) && !late.messages.has(77));
    await early.feed.stop();
    await late.feed.stop();
  });

  it('are recorded once, however often the command comes', async () => {
    const again = command('c');
    const first = await log.execute({ type: 'set-aside', sequence: 90, reason: 'x' }, again);
    expect(await log.execute({ type: 'set-aside', sequence: 90, reason: 'x' }, again)).toBe(first);
    expect(await log.execute({ type: 'set-aside', sequence: 90, reason: 'y' }, command('d'))).toBe(first);
  });

  it('are nothing that a partition folds, and nothing that is wrong', async () => {
    const message = await reader.at(await reader.lastSequence(subject));
    if (message === undefined) throw new Error('the record is gone');
    expect(decodeMessage(subjects, NO_LOGS, message)).toEqual({ ok: true, value: undefined });
    expect(decodeMessage(subjects, NO_LOGS, { ...message, subject: `${prefix}.capacity.1.strange.x` })).toMatchObject({ ok: false });
  });
});
