import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import {
  Aggregate,
  EventTooLarge,
  JetStreamEventLog,
  LogUnavailable,
  StreamFull,
  StreamMissing,
  Subjects,
  fromJsMsg,
  streamTable,
  type DeploymentOptions,
} from '@drawdown/eventlog';
import { collect } from './setup.js';
import { deposit, deposited, tallyDecider, tallyRegistry, type TallyEvent } from './tally.js';

const MESSAGES = 20;

describe('the log on JetStream', () => {
  const prefix = testPrefix();
  const deployment: DeploymentOptions = { prefix, streams: ['entitlements', 'capacity'], maxBytes: { capacity: 20_000 } };
  const table = streamTable(prefix, deployment);
  const subjects = new Subjects(prefix);
  let nats: NatsConnection;
  let manager: JetStreamManager;
  let log: JetStreamEventLog<TallyEvent>;
  let used = 0;
  const freshSubject = (): string => subjects.customer('team', `c${(used += 1)}`);

  beforeAll(async () => {
    nats = await connectForTest();
    await provisionForTest(nats, deployment);
    manager = await jetstreamManager(nats);
    log = await JetStreamEventLog.open(nats, table.entitlements, tallyRegistry());
  });
  afterAll(async () => {
    await destroyForTest(nats, deployment);
    await nats.drain();
  });

  const openWith = (publisher: Pick<JetStreamClient, 'publish'>, own: JetStreamManager = manager): JetStreamEventLog<TallyEvent> =>
    new JetStreamEventLog({
      publisher,
      manager: own,
      stream: table.entitlements,
      registry: tallyRegistry(),
      messageBytesMax: nats.info?.max_payload ?? 0,
    });

  it('names what is wrong with a stream that is full, or missing', async () => {
    const small = await JetStreamEventLog.open(nats, table.capacity, tallyRegistry());
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 200; index += 1) await small.append(subjects.capacity('pool', `p${index}`), 0, [deposited('a')]);
    };
    await expect(fill()).rejects.toBeInstanceOf(StreamFull);
    const elsewhere = new Subjects(testPrefix());
    await expect(log.append(elsewhere.customer('n', 'c'), 0, [deposited('a')])).rejects.toBeInstanceOf(StreamMissing);
  });

  it('takes a decision right up to what the server takes, and names the first byte too many', async () => {
    const events = (count: number): TallyEvent[] => Array.from({ length: count }, () => deposited('a').events[0] as TallyEvent);
    const subject = freshSubject();
    const sizeOf = (count: number): number => log.sizeBytes(subject, { ...deposited('a'), events: events(count) });
    const perEvent = sizeOf(1_001) - sizeOf(1_000);
    const most = Math.floor(((nats.info?.max_payload ?? 0) - 1_000) / perEvent) - 40;
    expect(await log.append(subject, 0, [{ ...deposited('a'), events: events(most) }])).toMatchObject({ kind: 'appended' });
    await expect(log.append(freshSubject(), 0, [{ ...deposited('a'), events: events(most + 60) }])).rejects.toBeInstanceOf(EventTooLarge);
  });

  it('reads to the leader’s last message where the replica that answers direct reads is behind', async () => {
    const subject = freshSubject();
    let last = 0;
    for (let index = 0; index < MESSAGES; index += 1) {
      const answer = await log.append(subject, last, [deposited(`c${index}`)]);
      last = answer.kind === 'appended' ? answer.sequence : 0;
    }
    for (const seen of [0, 1, MESSAGES - 1]) {
      let left = seen;
      const behind: JetStreamManager = Object.assign(Object.create(manager) as JetStreamManager, {
        streams: manager.streams,
        direct: {
          getBatch: async (stream: string, options: Parameters<JetStreamManager['direct']['getBatch']>[1]) => {
            const { callback, ...rest } = options;
            for await (const message of left === 0 ? [] : await manager.direct.getBatch(stream, { ...rest, batch: left })) {
              callback?.(null, message);
              left -= 1;
            }
            callback?.({}, undefined as never);
          },
        },
      });
      const messages = await collect(openWith(jetstream(nats), behind).read(subject, 0));
      expect(messages.map(message => message.decisions[0]?.commandId)).toEqual(Array.from({ length: MESSAGES }, (_, index) => `c${index}`));
    }
  });

  it('leaves no subscription behind after a read', async () => {
    const subject = freshSubject();
    await log.append(subject, 0, [deposited('a')]);
    await collect(log.read(subject, 0));
    const before = nats.stats();
    const own = nats as unknown as { protocol: { subscriptions: { size(): number } } };
    const open = own.protocol.subscriptions.size();
    for (let index = 0; index < 5; index += 1) await collect(log.read(subject, 0));
    expect(own.protocol.subscriptions.size()).toBe(open);
    expect(nats.stats().inMsgs).toBeGreaterThan(before.inMsgs);
  });

  it('asks nothing of the server but the append itself', async () => {
    const subject = freshSubject();
    const purse = new Aggregate({ log, subject, decider: tallyDecider, clock: { nowMs: () => Date.now() }, commandWindowMs: 60_000 });
    await purse.execute(deposit('first'));
    const before = nats.stats().outMsgs;
    for (let index = 0; index < MESSAGES; index += 1) await purse.execute(deposit(`c${index}`));
    expect(nats.stats().outMsgs - before).toBe(MESSAGES);
  });

  it('goes on deciding after the subject’s last message has expired', async () => {
    const subject = freshSubject();
    const purse = new Aggregate({
      log,
      subject,
      decider: tallyDecider,
      clock: { nowMs: () => Date.now() },
      commandWindowMs: 60_000,
      ttlSecondsOf: events => (events.some(event => event.amount === 2) ? 1 : undefined),
    });
    const kept = await purse.execute(deposit('kept', 1));
    await purse.execute(deposit('fleeting', 2));
    while ((await log.lastSequence(subject)) !== kept.sequence) await new Promise(resolve => setTimeout(resolve, 50));
    expect(await purse.execute(deposit('next', 4))).toMatchObject({ state: { amount: 7 }, repeated: false });
    expect(await collect(log.read(subject, 0))).toHaveLength(2);
  });

  it('reads the same message alike from a consumer and by sequence', async () => {
    const subject = freshSubject();
    const answer = await log.append(subject, 0, [deposited('a'), deposited('b')]);
    const consumer = await jetstream(nats).consumers.get(table.entitlements.name, { filter_subjects: [subject] });
    const delivered = await consumer.next({ expires: 2_000 });
    if (delivered === null || answer.kind !== 'appended') throw new Error('nothing was delivered');
    const stored = await log.readAt(answer.sequence);
    const fromConsumer = fromJsMsg('entitlements', delivered);
    expect(stored === undefined ? undefined : log.decode(stored)).toEqual(log.decode(fromConsumer));
    expect(fromConsumer).toMatchObject({ stream: 'entitlements', subject, sequence: answer.sequence, timeMs: stored?.timeMs });
  });

  it('says that the outcome is unknown when nobody can be asked', async () => {
    const own = await connectForTest();
    const lonely = await JetStreamEventLog.open(own, table.entitlements, tallyRegistry());
    await own.close();
    await expect(lonely.append(freshSubject(), 0, [deposited('a')])).rejects.toBeInstanceOf(LogUnavailable);
    await expect(lonely.lastSequence(freshSubject())).rejects.toBeInstanceOf(LogUnavailable);
    await expect(collect(lonely.read(freshSubject(), 0))).rejects.toBeInstanceOf(LogUnavailable);
  });

  it.each(['not a batch', '{"a":1}', '[1]', '[{"type":"t"}]', '[{"type":"t","commandid":"other","time":"2026-01-01T00:00:00Z"}]'])(
    'says of foreign bytes that they are malformed: %s',
    text => {
      const message = {
        stream: 'entitlements',
        subject: 's',
        sequence: 1,
        timeMs: 0,
        headers: new Map([['Drawdown-Commands', 'a:b']]),
      } as const;
      expect(() => log.decode({ ...message, data: new TextEncoder().encode(text) })).toThrow(/message 1 of s/);
      expect(() => log.decode({ ...message, headers: new Map(), data: new TextEncoder().encode('[]') })).toThrow(/no header/);
    },
  );
});
