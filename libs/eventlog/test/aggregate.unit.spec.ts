import { Fault } from '@drawdown/errors';
import {
  Aggregate,
  LIMITS,
  MemoryEventLog,
  type AggregateOptions,
  type Appended,
  type EventLog,
  type RecordedMessage,
} from '@drawdown/eventlog';
import { collect } from './setup.js';
import {
  deposit,
  deposited,
  laterTallyRegistry,
  tallyDecider,
  tallyRegistry,
  withdraw,
  type Tally,
  type TallyCommand,
  type TallyEvent,
} from './tally.js';

const SUBJECT = 'memory.capacity.0.pool.p';
const START_MS = 1_700_000_000_000;
const WINDOW_MS = 60_000;

/** The log of one test, some of whose answers are changed. */
const wrap = (log: EventLog<TallyEvent>, changed: Partial<EventLog<TallyEvent>>): EventLog<TallyEvent> => ({
  append: async (...given) => log.append(...given),
  read: (...given) => log.read(...given),
  lastSequence: async subject => log.lastSequence(subject),
  readAt: async sequence => log.readAt(sequence),
  decode: message => log.decode(message),
  sizeBytes: (...given) => log.sizeBytes(...given),
  ...changed,
});

describe('an aggregate', () => {
  let nowMs: number;
  let log: MemoryEventLog<TallyEvent>;
  beforeEach(() => {
    nowMs = START_MS;
    log = new MemoryEventLog({ registry: tallyRegistry(), stream: 'capacity', nowMs: () => nowMs });
  });

  const open = (changed: Partial<AggregateOptions<Tally, TallyCommand, TallyEvent>> = {}): Aggregate<Tally, TallyCommand, TallyEvent> =>
    new Aggregate({
      log,
      subject: SUBJECT,
      decider: tallyDecider,
      clock: { nowMs: () => nowMs },
      commandWindowMs: WINDOW_MS,
      backoff: { wait: async () => undefined },
      ...changed,
    });

  it('decides commands that are at hand at once in the order it is given', async () => {
    const tally = open({ order: (left, right) => left.body.type.localeCompare(right.body.type) });
    const both = [withdraw('a', 5, nowMs), deposit('b', 5, nowMs)].map(command => tally.execute(command));
    expect((await Promise.all(both)).map(({ sequence }) => sequence)).toEqual([1, 1]);
    expect(tally.state.amount).toBe(0);
  });

  it('decides no command earlier than the last message, whatever its own clock says', async () => {
    await open().execute(deposit('a', 1, nowMs));
    const slow = open({ clock: { nowMs: () => nowMs - 5_000 } });
    const { state } = await slow.execute(deposit('b', 1, nowMs));
    expect(state.timesMs).toEqual([START_MS, START_MS]);
  });

  it('learns the server’s time of its own message from the consumer', async () => {
    const purse = open();
    await purse.execute(deposit('a', 1, nowMs));
    const [message] = await collect(log.read(SUBJECT, 0));
    expect(purse.fold({ ...(message as RecordedMessage<TallyEvent>), timeMs: START_MS + 40 })).toBe(false);
    expect((await purse.execute(deposit('b', 1, nowMs))).state.timesMs).toEqual([START_MS, START_MS + 40]);
  });

  it('forgets an id only when a command of that age is refused', async () => {
    const purse = open();
    const early = deposit('a', 1, START_MS + LIMITS.commandAheadMsMax); // as far ahead as can be
    await purse.execute(early);
    for (let aheadMs = 0; aheadMs <= 3 * WINDOW_MS; aheadMs += 1_000) {
      nowMs = START_MS + aheadMs;
      const answer = await purse.execute(early).catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toMatchObject({ reason: 'COMMAND_EXPIRED' });
      else expect(answer).toMatchObject({ repeated: true, sequence: 1 });
    }
    expect(purse.state.decisions).toBe(1);
    await expect(purse.execute(early)).rejects.toMatchObject({ reason: 'COMMAND_EXPIRED' });
  });

  it('goes on from a snapshot, and asks the index for commands that it covers', async () => {
    const first = open();
    await first.execute(deposit('a', 5, nowMs));
    await first.execute(withdraw('b', 2, nowMs));
    const snapshot = { state: first.state, sequence: first.sequence, timeMs: first.timeMs };
    await first.execute(deposit('c', 1, nowMs));
    const places = new Map([
      ['a', 1],
      ['b', 2],
      ['elsewhere', 2],
      ['gone', 99],
    ]);
    const read: number[] = [];
    const second = open({
      snapshot,
      commands: { find: id => places.get(id) },
      log: wrap(log, {
        read: (subject, from) => {
          read.push(from);
          return log.read(subject, from);
        },
      }),
    });
    expect(await second.execute(withdraw('b', 2, nowMs))).toMatchObject({
      repeated: true,
      sequence: 2,
      events: [{ type: 'Withdrawn', amount: 2 }],
    });
    expect(await second.execute(deposit('c', 1, nowMs))).toMatchObject({ repeated: true, sequence: 3 });
    await expect(second.execute(deposit('a', 6, nowMs))).rejects.toMatchObject({ reason: 'IDEMPOTENCY_MISMATCH' });
    await expect(second.execute(deposit('gone', 6, nowMs))).rejects.toMatchObject({ reason: 'COMMAND_EXPIRED' });
    expect(await second.execute(deposit('elsewhere', 1, nowMs))).toMatchObject({ repeated: false });
    expect(read).toEqual([3]);
    expect(second.state.amount).toBe(5);
  });

  it('reads nothing before the first command where its snapshot is kept current, and finds by the append what was missed', async () => {
    const first = open();
    await first.execute(deposit('a', 5, nowMs));
    const snapshot = { state: first.state, sequence: first.sequence, timeMs: first.timeMs };
    await first.execute(deposit('b', 1, nowMs));
    let reads = 0;
    const counted = wrap(log, {
      read: (...given) => {
        reads += 1;
        return log.read(...given);
      },
    });
    const purse = open({ snapshot, snapshotIsCurrent: true, log: counted });
    expect(await purse.execute(withdraw('c', 6, nowMs))).toMatchObject({ sequence: 3, state: { amount: 0 } });
    expect(reads).toBe(1); // the refusal on the stale state was not believed
  });

  it('comes to the same state from any snapshot', async () => {
    const first = open();
    const snapshots = [];
    for (let index = 0; index < 5; index += 1) {
      snapshots.push({ state: first.state, sequence: first.sequence, timeMs: first.timeMs });
      await first.execute(deposit(`c${index}`, index + 1, nowMs));
    }
    for (const snapshot of snapshots) {
      const again = open({ snapshot });
      await again.load();
      expect([again.state, again.sequence, again.timeMs]).toEqual([first.state, first.sequence, first.timeMs]);
    }
  });

  it('misses nothing that the consumer delivers while it loads', async () => {
    const rival = open();
    await rival.execute(deposit('a', 1, nowMs));
    const slow = wrap(log, {
      async *read(subject, from) {
        const before = await collect(log.read(subject, from));
        await rival.execute(deposit('b', 2, nowMs));
        for (const message of await collect(log.read(subject, 0))) expect(purse.fold(message)).toBe(false);
        yield* before;
      },
    });
    const purse: Aggregate<Tally, TallyCommand, TallyEvent> = open({ log: slow });
    await Promise.all([purse.load(), purse.load()]);
    expect(purse.state).toEqual(rival.state);
  });

  it('can be loaded again after the log did not answer', async () => {
    await open().execute(deposit('a', 1, nowMs));
    let isDown = true;
    const purse = open({
      log: wrap(log, {
        read: (subject, from) => {
          if (isDown) throw new Fault('LOG_UNAVAILABLE', 'down');
          return log.read(subject, from);
        },
      }),
    });
    await expect(purse.execute(deposit('b', 1, nowMs))).rejects.toMatchObject({ reason: 'LOG_UNAVAILABLE' });
    isDown = false;
    expect(await purse.execute(deposit('b', 1, nowMs))).toMatchObject({ state: { amount: 2 } });
  });

  it('gives up after a bounded number of conflicts', async () => {
    let appends = 0;
    const conflict: Appended<TallyEvent> = { kind: 'conflict', since: [], lastSequence: 0 };
    const purse = open({
      log: wrap(log, {
        append: async () => {
          appends += 1;
          return conflict;
        },
      }),
    });
    await expect(purse.execute(deposit('a', 1, nowMs))).rejects.toMatchObject({ reason: 'CONTENTION' });
    expect(appends).toBe(LIMITS.appendAttemptsMax);
  });

  it('goes on when the subject’s last message has expired', async () => {
    const purse = open();
    await purse.execute(deposit('a', 1, nowMs));
    await purse.execute(deposit('b', 1, nowMs));
    const expectations: number[] = [];
    const expired = open({
      snapshot: { state: purse.state, sequence: 7, timeMs: nowMs }, // message 7 was there and is gone: the leader says 2
      log: wrap(log, {
        append: async (subject, expected, decisions, options) => {
          expectations.push(expected);
          return log.append(subject, expected, decisions, options);
        },
      }),
    });
    expect(await expired.execute(deposit('c', 1, nowMs))).toMatchObject({ sequence: 3 });
    expect(expectations).toEqual([7, 2]);
  });

  it('bounds what waits', async () => {
    const purse = open();
    const waiting = Array.from({ length: LIMITS.commandsQueuedMax }, (_, index) => purse.execute(deposit(`c${index}`, 1, nowMs)));
    await expect(purse.execute(deposit('one more', 1, nowMs))).rejects.toMatchObject({ reason: 'OVERLOADED' });
    await Promise.all(waiting);
    expect(purse.state.decisions).toBe(LIMITS.commandsQueuedMax);
  });

  it('appends nothing once it may no longer', async () => {
    const purse = open({
      beforeAppend: () => {
        throw new Fault('OWNER_UNAVAILABLE', 'the lease has run out');
      },
    });
    await expect(purse.execute(deposit('a', 1, nowMs))).rejects.toMatchObject({ reason: 'OWNER_UNAVAILABLE' });
    expect(await log.lastSequence(SUBJECT)).toBe(0);
  });

  it('never mixes messages that expire with messages that do not', async () => {
    const ttls: (number | undefined)[] = [];
    const purse = open({
      ttlSecondsOf: events => (events.some(event => event.type === 'Withdrawn') ? 60 : undefined),
      log: wrap(log, {
        append: async (subject, expected, decisions, options) => {
          ttls.push(options?.ttlSeconds);
          return log.append(subject, expected, decisions, options);
        },
      }),
    });
    const commands = [
      deposit('a', 9, nowMs),
      deposit('b', 1, nowMs),
      withdraw('c', 1, nowMs),
      withdraw('d', 1, nowMs),
      deposit('e', 1, nowMs),
    ];
    await Promise.all(commands.map(async command => purse.execute(command)));
    expect(ttls).toEqual([undefined, 60, undefined]);
    expect((await collect(log.read(SUBJECT, 0))).map(message => message.decisions.length)).toEqual([2, 2, 1]);
  });

  it('passes a fault of the log, or of the domain’s code, to those it concerns and serves the next', async () => {
    const broken = open({
      decider: {
        ...tallyDecider,
        decide: (command, state, atMs) => {
          if (command.amount === 13) throw new TypeError('a mistake of ours');
          return tallyDecider.decide(command, state, atMs);
        },
      },
    });
    const [first, second] = await Promise.allSettled([
      broken.execute(deposit('bad', 13, nowMs)),
      broken.execute(deposit('good', 1, nowMs)),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'a mistake of ours' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: { state: { amount: 1 } } });
  });

  it('carries the headers of the group’s first command that has any', async () => {
    const purse = open();
    const traced = { ...deposit('b', 1, nowMs), headers: { traceparent: '00-aa-bb-01' } };
    await Promise.all([purse.execute(deposit('a', 1, nowMs)), purse.execute(traced)]);
    expect((await log.readAt(1))?.headers.get('traceparent')).toBe('00-aa-bb-01');
  });

  it('passes over events of a later build, and answers repeats with those it knows', async () => {
    const later = new MemoryEventLog({ registry: laterTallyRegistry(), stream: 'capacity', nowMs: () => nowMs });
    await later.append(SUBJECT, 0, [deposited('a')]);
    const bytes = await later.readAt(1);
    const purse = open({
      log: wrap(log, {
        async *read() {
          if (bytes !== undefined) yield log.decode(bytes);
        },
        readAt: async () => bytes,
      }),
    });
    await purse.load();
    expect([purse.sequence, purse.state]).toEqual([1, tallyDecider.initialState]);
    expect(await purse.execute(deposit('a', 1, nowMs))).toMatchObject({ repeated: true, events: [], sequence: 1 });
  });
});
