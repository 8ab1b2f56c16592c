import { EventTooLarge, isUnknownEvent, type EventLog, type RecordedMessage } from '@drawdown/eventlog';
import { collect, type LogSetup } from './setup.js';
import { deposited, laterTallyRegistry, tallyRegistry, type TallyEvent } from './tally.js';

const MANY_MESSAGES = 300;
const WRITERS = 4;
const DECISIONS_PER_WRITER = 10;

const commandIds = (messages: readonly RecordedMessage<TallyEvent>[]): string[] =>
  messages.flatMap(message => message.decisions.map(decision => decision.commandId));

/** What every event log must do; run in memory, on one server and on a cluster, which answer repeats differently (design §4.5). */
export const eventLogContract = (openSetup: () => Promise<LogSetup>): void => {
  let setup: LogSetup;
  let log: EventLog<TallyEvent>;
  let subject: string;

  beforeAll(async () => {
    setup = await openSetup();
    log = setup.open();
  });
  beforeEach(() => {
    subject = setup.subject();
  });
  afterAll(async () => setup.close());

  const append = async (expected: number, ...ids: string[]): Promise<number> => {
    const answer = await log.append(
      subject,
      expected,
      ids.map(id => deposited(id)),
    );
    if (answer.kind !== 'appended') throw new Error(`conflict at ${answer.lastSequence}`);
    return answer.sequence;
  };

  it('reads back what was appended, whole and in order', async () => {
    const first = await append(0, 'a', 'ü/b,c:d');
    const second = await append(first, 'e');
    const messages = await collect(log.read(subject, 0));
    expect(messages.map(message => message.sequence)).toEqual([first, second]);
    expect(messages[0]?.decisions).toEqual([deposited('a'), deposited('ü/b,c:d')]);
    expect(messages[1]?.decisions).toEqual([deposited('e')]);
    expect(messages.every(message => Number.isInteger(message.timeMs) && message.timeMs > 0)).toBe(true);
    expect(await collect(log.read(subject, first + 1))).toEqual([messages[1]]);
    expect(await log.lastSequence(subject)).toBe(second);
  });

  it('has nothing under a subject that was never used', async () => {
    expect(await log.lastSequence(subject)).toBe(0);
    expect(await collect(log.read(subject, 0))).toEqual([]);
    expect(await log.readAt(1_000_000_000)).toBeUndefined();
  });

  it('gives any message by its sequence, with what its headers say', async () => {
    const answer = await log.append(subject, 0, [deposited('a')], { headers: { traceparent: '00-1-2-01' } });
    const message = await log.readAt(answer.kind === 'appended' ? answer.sequence : 0);
    expect(message?.subject).toBe(subject);
    expect(message?.headers.get('traceparent')).toBe('00-1-2-01');
    expect(message?.headers.get('Drawdown-Event-Types')).toBe('drawdown.testing.tally.deposited.v1');
    const [event] = JSON.parse(new TextDecoder().decode(message?.data)) as Record<string, unknown>[];
    expect(event).toMatchObject({
      specversion: '1.0',
      id: 'a/0',
      source: `/${subject.split('.').join('/')}`,
      type: 'drawdown.testing.tally.deposited.v1',
      time: '2023-11-14T22:13:20.000Z',
      datacontenttype: 'application/json',
      commandid: 'a',
      data: { amount: 1, ordinal: 0 },
    });
  });

  it('answers a stale expectation with everything since', async () => {
    const first = await append(0, 'a');
    const second = await append(first, 'b');
    const answer = await log.append(subject, first, [deposited('c')]);
    expect(answer).toMatchObject({ kind: 'conflict', lastSequence: second, since: [{ sequence: second, decisions: [deposited('b')] }] });
    expect(await log.append(subject, 0, [deposited('c')])).toMatchObject({
      kind: 'conflict',
      since: [{ sequence: first }, { sequence: second }],
    });
    expect(commandIds(await collect(log.read(subject, 0)))).toEqual(['a', 'b']);
  });

  it('refuses an expectation that was never true', async () => {
    await append(0, 'a');
    expect(await log.append(subject, 1_000_000, [deposited('b')])).toMatchObject({ kind: 'conflict', since: [] });
  });

  it('answers the same append sent twice with the sequence it has', async () => {
    const first = await append(0, 'a', 'b');
    expect(await append(0, 'a', 'b')).toBe(first);
    expect(await collect(log.read(subject, 0))).toHaveLength(1);
  });

  it('stores the same append once when it is sent twice at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(async () => log.append(subject, 0, [deposited('a'), deposited('b')])));
    const last = await log.lastSequence(subject);
    expect(answers).toContainEqual({ kind: 'appended', sequence: last });
    expect(commandIds(await collect(log.read(subject, 0)))).toEqual(['a', 'b']);
    // A repeat may come while the first is still being replicated: then nothing is there yet, and it is to be decided again.
    for (const answer of answers)
      expect(answer.kind === 'appended' ? answer.sequence : answer.since).toEqual(answer.kind === 'appended' ? last : []);
  });

  it('takes a group that meets some of its commands in the log for a conflict, and stores none of it', async () => {
    const first = await append(0, 'a', 'b');
    for (const group of [
      [deposited('a'), deposited('c')],
      [deposited('c'), deposited('b')],
    ]) {
      const answer = await log.append(subject, 0, group);
      expect(answer).toMatchObject({ kind: 'conflict', since: [{ sequence: first }] });
    }
    expect(commandIds(await collect(log.read(subject, 0)))).toEqual(['a', 'b']);
  });

  it('never loses a decision whose first command lies before the expectation', async () => {
    const first = await append(0, 'a');
    const second = await append(first, 'b');
    // A writer that forgot `a`: a server may take the message for a repeat of the first, and must not swallow `c` with it.
    const answer = await log.append(subject, second, [deposited('a'), deposited('c')]);
    const ids = commandIds(await collect(log.read(subject, 0)));
    if (answer.kind === 'appended') expect(ids).toContain('c');
    else expect(commandIds(answer.since)).toContain('a');
  });

  it('refuses what is too large by name, and stores nothing', async () => {
    const huge = { ...deposited('a'), events: Array.from({ length: 8_000 }, () => deposited('a').events[0] as TallyEvent) };
    await expect(log.append(subject, 0, [huge])).rejects.toBeInstanceOf(EventTooLarge);
    expect(await log.lastSequence(subject)).toBe(0);
  });

  it('refuses headers that are not a caller’s to set, and decisions without id or events', async () => {
    await expect(log.append(subject, 0, [deposited('a')], { headers: { 'Nats-Msg-Id': 'x' } })).rejects.toThrow(/not a caller/);
    await expect(log.append(subject, 0, [deposited('')])).rejects.toMatchObject({ reason: 'VALIDATION' });
    await expect(log.append(subject, 0, [{ ...deposited('a'), events: [] }])).rejects.toThrow(/without events/);
    await expect(log.append(subject, 0, [])).rejects.toThrow(/needs a decision/);
  });

  it('reads more messages than one batch holds', async () => {
    let last = 0;
    for (let index = 0; index < MANY_MESSAGES; index += 1) last = await append(last, `c${index}`);
    const messages = await collect(log.read(subject, 0));
    expect(commandIds(messages)).toEqual(Array.from({ length: MANY_MESSAGES }, (_, index) => `c${index}`));
  });

  it('keeps events of later builds for readers that do not know them', async () => {
    const later = setup.open({ registry: laterTallyRegistry() });
    await later.append(subject, 0, [deposited('a')]);
    const [message] = await collect(setup.open({ registry: tallyRegistry() }).read(subject, 0));
    const [event] = message?.decisions[0]?.events ?? [];
    expect(isUnknownEvent(event)).toBe(true);
    expect(event).toMatchObject({ type: 'drawdown.testing.tally.deposited.v2', data: { amount: 1, ordinal: 0, currency: 'none' } });
    expect(commandIds(await collect(later.read(subject, 0)))).toEqual(['a']);
  });

  it('finds its own message when the acknowledgement is lost', async () => {
    const faults = ['acknowledgement lost', 'none'] as const;
    let call = 0;
    const unlucky = setup.open({ fault: () => faults[call++] ?? 'none' });
    const answer = await unlucky.append(subject, 0, [deposited('a')]);
    expect(answer).toEqual({ kind: 'appended', sequence: await log.lastSequence(subject) });
    expect(commandIds(await collect(log.read(subject, 0)))).toEqual(['a']);
  });

  it('keeps every acknowledged decision of racing writers once, each decided on all before it', async () => {
    const writer = async (name: string, fault: () => 'none' | 'acknowledgement lost'): Promise<string[]> => {
      const own = setup.open({ fault });
      const acknowledged: string[] = [];
      let expected = 0;
      let count = 0;
      while (acknowledged.length < DECISIONS_PER_WRITER) {
        const id = `${name}-${acknowledged.length}`;
        const answer = await own.append(subject, expected, [deposited(id, count)]);
        if (answer.kind === 'appended') {
          expected = answer.sequence;
          count += 1;
          acknowledged.push(id);
        } else {
          count += answer.since.reduce((sum, message) => sum + message.decisions.length, 0);
          expected = answer.lastSequence;
        }
      }
      return acknowledged;
    };
    const acknowledged = await Promise.all(
      Array.from({ length: WRITERS }, (_, index) => {
        let call = 0;
        return writer(`w${index}`, () => ((call += 1) % 3 === 0 ? 'acknowledgement lost' : 'none'));
      }),
    );
    const decisions = (await collect(log.read(subject, 0))).flatMap(message => message.decisions);
    expect(decisions.map(decision => decision.commandId).sort()).toEqual(acknowledged.flat().sort());
    expect(decisions.map(decision => decision.events)).toEqual(decisions.map((_, ordinal) => [{ type: 'Deposited', amount: 1, ordinal }]));
  });
};
