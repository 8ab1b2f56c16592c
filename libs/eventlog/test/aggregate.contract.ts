import fc from 'fast-check';
import { Aggregate, fullJitter, isUnknownEvent, type EventLog, type Executed } from '@drawdown/eventlog';
import { collect, type LogSetup, type SetupTraits } from './setup.js';
import { deposit, tallyDecider, withdraw, type Tally, type TallyCommand, type TallyEvent } from './tally.js';

type TallyAggregate = Aggregate<Tally, TallyCommand, TallyEvent>;

const WINDOW_MS = 3_600_000;

const commandIds = (executed: readonly PromiseSettledResult<Executed<Tally, TallyEvent>>[]): string[] =>
  executed.map(result => (result.status === 'rejected' ? String((result.reason as { reason?: string }).reason) : 'done'));

/** What an aggregate must do on every event log. */
export const aggregateContract = (openSetup: () => Promise<LogSetup>, traits: SetupTraits): void => {
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

  const believer = (own: EventLog<TallyEvent> = log, at = subject): TallyAggregate =>
    new Aggregate({
      log: own,
      subject: at,
      decider: tallyDecider,
      clock: { nowMs: () => Date.now() },
      commandWindowMs: WINDOW_MS,
      backoff: fullJitter(),
    });

  const folded = async (at = subject): Promise<Tally> => {
    let state = tallyDecider.initialState;
    for (const message of await collect(log.read(at, 0))) {
      for (const decision of message.decisions) {
        for (const event of decision.events) {
          if (!isUnknownEvent(event)) state = tallyDecider.evolve(state, event, decision.decidedAtMs);
        }
      }
    }
    return state;
  };

  it('records what a command comes to, and answers events, place and state', async () => {
    const purse = believer();
    const first = await purse.execute(deposit('a', 5));
    const second = await purse.execute(withdraw('b', 3));
    expect(first).toMatchObject({ events: [{ type: 'Deposited', amount: 5, ordinal: 0 }], repeated: false, state: { amount: 5 } });
    expect(second).toMatchObject({ events: [{ type: 'Withdrawn', amount: 3, ordinal: 1 }], repeated: false, state: { amount: 2 } });
    expect(second.sequence).toBe(await log.lastSequence(subject));
    expect(await folded()).toEqual(purse.state);
  });

  it('appends what waits together as one message, and cuts it at 256 commands', async () => {
    const purse = believer();
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => purse.execute(deposit(`c${index}`))));
    expect((await collect(log.read(subject, 0))).map(message => message.decisions.length)).toEqual([256, 44]);
    expect(answers.map(answer => answer.state.amount)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('refuses within a group on the state the others left, records nothing of it, and goes on', async () => {
    const purse = believer();
    const settled = await Promise.allSettled([
      purse.execute(withdraw('too-early', 1)),
      purse.execute(deposit('a', 5)),
      purse.execute(withdraw('too-much', 6)),
      purse.execute(withdraw('all', 5)),
      purse.execute(withdraw('late', 1)),
      purse.execute(deposit('nothing', 0)),
    ]);
    expect(commandIds(settled)).toEqual(['INSUFFICIENT', 'done', 'INSUFFICIENT', 'done', 'INSUFFICIENT', 'done']);
    const messages = await collect(log.read(subject, 0));
    expect(messages.map(message => message.decisions.map(decision => decision.commandId))).toEqual([['a', 'all']]);
    expect(await purse.execute(deposit('too-much', 6))).toMatchObject({ repeated: false });
  });

  it('never refuses on a state that the log has left behind', async () => {
    const [stale, fresh] = [believer(), believer()];
    await stale.load();
    await fresh.execute(deposit('a', 5));
    expect(await stale.execute(withdraw('b', 5))).toMatchObject({ state: { amount: 0 } });
    await fresh.execute(deposit('nothing', 0));
    expect(fresh.state).toEqual(stale.state);
  });

  it('answers a repeated command with its first events, whoever recorded it', async () => {
    const [one, other] = [believer(), believer()];
    await one.execute(deposit('opening', 5));
    const command = withdraw('w', 2);
    const first = await one.execute(command);
    await one.execute(deposit('later', 1));
    for (const repeater of [one, other, believer()]) {
      expect(await repeater.execute(command)).toMatchObject({ events: first.events, sequence: first.sequence, repeated: true });
    }
    expect(await folded()).toMatchObject({ amount: 4, decisions: 3 });
  });

  it('decides one id once, however many callers send it in the same moment', async () => {
    const believers = [believer(), believer(), believer()];
    const answers = await Promise.all(believers.flatMap(each => [each.execute(deposit('same', 7)), each.execute(deposit('same', 7))]));
    expect(new Set(answers.map(answer => answer.sequence)).size).toBe(1);
    expect(await folded()).toMatchObject({ amount: 7, decisions: 1 });
  });

  it('refuses the same id for another body, a command too old, and one from the future', async () => {
    const purse = believer();
    await purse.execute(deposit('a', 1));
    const settled = await Promise.allSettled([
      purse.execute(deposit('a', 2)),
      purse.execute(deposit('old', 1, Date.now() - WINDOW_MS - 1_000)),
      purse.execute(deposit('early', 1, Date.now() + WINDOW_MS)),
    ]);
    expect(commandIds(settled)).toEqual(['IDEMPOTENCY_MISMATCH', 'COMMAND_EXPIRED', 'VALIDATION']);
    expect(await folded()).toMatchObject({ decisions: 1 });
  });

  it('applies every command once when messages and acknowledgements get lost', async () => {
    const faults = ['acknowledgement lost', 'never arrived', 'none', 'acknowledgement lost', 'acknowledgement lost', 'none'] as const;
    let call = 0;
    const purse = believer(setup.open({ fault: () => faults[call++ % faults.length] ?? 'none' }));
    const rival = believer();
    const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
    for (const id of ids) await Promise.all([purse.execute(deposit(id)), rival.execute(deposit(`r-${id}`))]);
    expect(await folded()).toMatchObject({ amount: 24, decisions: 24 });
  });

  it('gives way to the caller when the log cannot take the message, and decides the next one', async () => {
    const purse = believer();
    await expect(purse.execute({ ...deposit('x'.repeat(129)) })).rejects.toMatchObject({ reason: 'VALIDATION' });
    expect(await purse.execute(deposit('a'))).toMatchObject({ state: { amount: 1 } });
  });

  it('takes what the partition’s consumer delivers, late, early and twice, and counts it once', async () => {
    const [owner, rival] = [believer(), believer()];
    await rival.execute(deposit('before', 1));
    await owner.load();
    await rival.execute(deposit('a', 2));
    await rival.execute(deposit('b', 3));
    for (const message of await collect(log.read(subject, 0))) owner.fold(message);
    for (const message of await collect(log.read(subject, 0))) expect(owner.fold(message)).toBe(false);
    expect(owner.state).toEqual(await folded());
    expect(owner.sequence).toBe(await log.lastSequence(subject));
  });

  it('two believers leave what folding the log gives, however their commands meet', async () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 1 }),
      id: fc.integer({ min: 0, max: 8 }),
      kind: fc.constantFrom('deposit', 'withdraw'),
      waits: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        const at = setup.subject();
        const believers = [believer(log, at), believer(log, at)] as const;
        const running: Promise<unknown>[] = [];
        const done = new Map<string, unknown>();
        for (const { who, id, kind, waits } of steps) {
          const command = kind === 'deposit' ? deposit(`d${id}`, id + 1) : withdraw(`w${id}`, id + 1);
          const execution = (believers[who] ?? believers[0]).execute(command).then(
            ({ events, sequence }) => {
              const answer = { events, sequence };
              expect(done.get(command.id) ?? answer).toEqual(answer);
              done.set(command.id, answer);
            },
            (error: { reason?: string }) => expect(error.reason).toBe('INSUFFICIENT'),
          );
          running.push(execution);
          if (waits) await execution;
        }
        await Promise.all(running);
        const truth = await folded(at);
        expect(truth.decisions).toBe(done.size);
        expect(truth.amount).toBeGreaterThanOrEqual(0);
        expect(truth.timesMs).toEqual([...truth.timesMs].sort((left, right) => left - right));
        for (const each of believers) {
          await each.execute(deposit('nothing', 0)); // decides on the last state, records nothing
          expect(each.state).toEqual(truth);
        }
      }),
      { numRuns: traits.propertyRuns },
    );
  });
};
