import { Fault } from '@drawdown/errors';
import { fullJitter, type Backoff } from './backoff.js';
import { CommandHistory, type Verdict } from './command-history.js';
import { CommandQueue, type Waiting } from './command-queue.js';
import type { Command, CommandIndex, Decider, Executed } from './decider.js';
import { FoldedState, type AggregateSnapshot } from './folded-state.js';
import { decideGroup, type Group, type Outcome } from './group.js';
import { LIMITS } from './limits.js';
import type { EventLog, RecordedMessage } from './log.js';

export interface AggregateOptions<S, C, E> {
  readonly log: EventLog<E>;
  readonly subject: string;
  readonly decider: Decider<S, C, E>;
  /** The stream's clock. @see ServerClock */
  readonly clock: { nowMs(): number };
  /** Commands created longer ago are refused with `COMMAND_EXPIRED`, so an id that is forgotten can never be applied twice. */
  readonly commandWindowMs: number;
  /** Needed with a snapshot, whose commands are not in memory. */
  readonly commands?: CommandIndex;
  /** Where to fold from. @default the beginning */
  readonly snapshot?: AggregateSnapshot<S>;
  /**
   * Whether whoever made the snapshot also folds what the partition's consumer delivers after it: then nothing is read from the log before
   * the first command. What neither has is found by the append. @default false
   */
  readonly snapshotIsCurrent?: boolean;
  /** How long a message with these events is kept (`Nats-TTL`). @default for ever */
  readonly ttlSecondsOf?: (events: readonly E[]) => number | undefined;
  /** Told of every message that has come into the state, whoever recorded it, in stream order and once each. @default nothing */
  readonly onFolded?: (message: RecordedMessage<E>) => void;
  /**
   * Order of commands that are at hand at once. The time of their decision is the same, so nobody can tell who came first.
   * @default that of their coming
   */
  readonly order?: (left: Command<C>, right: Command<C>) => number;
  /** Called right before every append; throws to stop it, as an owner does whose lease has run out (design §4.8). @default nothing */
  readonly beforeAppend?: () => void;
  /** @default exponential with full jitter */
  readonly backoff?: Backoff;
}

/**
 * One aggregate in memory, and the one place where commands become events: decide on the state, append, on a conflict fold what is new
 * and decide again (design §3.1, §3.8, §3.11). Commands that arrive while an append is under way are decided together.
 *
 * Any number of these may believe in the same subject: the log takes one of them, the others fold and decide again.
 */
export class Aggregate<S, C, E> {
  readonly #options: AggregateOptions<S, C, E>;
  readonly #backoff: Backoff;
  readonly #history: CommandHistory<E>;
  readonly #queue = new CommandQueue<S, C, E>();
  readonly #folded: FoldedState<S, E>;
  #isRunning = false;
  #isLoaded: boolean;
  #loading: Promise<void> | undefined;
  #arrivedWhileLoading: RecordedMessage<E>[] = [];

  constructor(options: AggregateOptions<S, C, E>) {
    this.#options = options;
    this.#backoff = options.backoff ?? fullJitter();
    this.#history = new CommandHistory(options.log, options.commandWindowMs, options.commands);
    this.#folded = new FoldedState(options.decider, options.snapshot ?? { state: options.decider.initialState, sequence: 0, timeMs: 0 });
    this.#isLoaded = options.snapshotIsCurrent ?? false;
  }

  /** The state after everything that was folded; commands under way are not in it. */
  get state(): S {
    return this.#folded.state;
  }

  /** Stream sequence of the subject's last folded message; 0: none. */
  get sequence(): number {
    return this.#folded.sequence;
  }

  /** Time of the last folded message or own decision: no later command is decided earlier. */
  get timeMs(): number {
    return this.#folded.timeMs;
  }

  /** Folds from the snapshot, or the beginning, up to the last message of the stream's leader. Called by the first command, too. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#loading ??= this.#loadOnce().finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  /**
   * Decides and records the command, or answers what it came to when it was recorded.
   * @throws Refusal of the domain, or `IDEMPOTENCY_MISMATCH`, `COMMAND_EXPIRED`, `VALIDATION`, `EVENT_TOO_LARGE`
   * @throws Fault `OVERLOADED`, `CONTENTION`, `CLOCK_UNCERTAIN`, or one of the log: the same command may be sent again
   */
  execute(command: Command<C>): Promise<Executed<S, E>> {
    if (this.#queue.isFull) {
      const metadata = { subject: this.#options.subject, commandsQueuedMax: String(LIMITS.commandsQueuedMax) };
      return Promise.reject(new Fault('OVERLOADED', 'too many commands wait for this aggregate', metadata));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, resolve, reject });
      if (!this.#isRunning) {
        this.#isRunning = true;
        void this.#run();
      }
    });
  }

  /**
   * Takes a message that the partition's consumer delivered, in stream order.
   * @returns whether it was new; messages before `load` are not needed and ignored
   */
  fold(message: RecordedMessage<E>): boolean {
    if (this.#loading !== undefined) this.#arrivedWhileLoading.push(message);
    return this.#isLoaded && this.#foldNew(message);
  }

  async #loadOnce(): Promise<void> {
    this.#arrivedWhileLoading = [];
    await this.#catchUp();
    for (const message of this.#arrivedWhileLoading) this.#foldNew(message);
    this.#arrivedWhileLoading = [];
    this.#isLoaded = true;
  }

  async #catchUp(): Promise<void> {
    for await (const message of this.#options.log.read(this.#options.subject, this.sequence + 1)) this.#foldNew(message);
  }

  #foldNew(message: RecordedMessage<E>): boolean {
    this.#history.note(message);
    const isNew = this.#folded.fold(message);
    if (isNew) this.#options.onFolded?.(message);
    return isNew;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // commands of the same turn of the event loop go together
    while (!this.#queue.isEmpty) {
      const taken = this.#inOrder(this.#queue.takeGroup());
      try {
        await this.#settle(taken);
      } catch (error) {
        for (const { reject } of taken) reject(error); // those already answered ignore it
      }
    }
    this.#isRunning = false;
  }

  #inOrder(taken: readonly Waiting<S, C, E>[]): readonly Waiting<S, C, E>[] {
    const { order } = this.#options;
    return order === undefined ? taken : taken.toSorted((left, right) => order(left.command, right.command));
  }

  async #settle(taken: readonly Waiting<S, C, E>[]): Promise<void> {
    await this.load();
    const nowMs = this.#options.clock.nowMs();
    this.#history.forgetExpired(nowMs);
    let open = await this.#withoutAnswered(taken, command => this.#history.judge(command, nowMs));
    for (let conflicts = 0; open.length > 0;) {
      const answered = await this.#attempt(open);
      open = open.slice(answered);
      conflicts = answered > 0 ? 0 : conflicts + 1;
      if (conflicts === 0) continue;
      if (conflicts >= LIMITS.appendAttemptsMax) throw this.#contention(conflicts);
      await this.#backoff.wait(conflicts);
      open = await this.#withoutAnswered(open, command => this.#history.recall(command));
    }
  }

  /** Decides a group and appends it. @returns how many of the commands now have their answer: 0 after a conflict */
  async #attempt(open: readonly Waiting<S, C, E>[]): Promise<number> {
    const { log, subject, clock, decider, ttlSecondsOf } = this.#options;
    const atMs = Math.max(clock.nowMs(), this.timeMs);
    const expected = this.#folded.expectedSequence;
    const commands = open.map(waiting => waiting.command);
    const group = decideGroup(decider, this.state, commands, atMs, {
      sizeBytes: decision => log.sizeBytes(subject, decision),
      ttlSecondsOf: ttlSecondsOf ?? (() => undefined),
    });
    const isEmpty = group.decisions.length === 0;
    const sequence = isEmpty ? await this.#confirm(expected) : await this.#append(expected, group, commands, atMs);
    if (sequence === undefined) return 0;
    group.outcomes.forEach((outcome, index) => {
      const waiting = open[index];
      if (waiting !== undefined) answer(waiting, outcome, sequence);
    });
    return group.outcomes.length;
  }

  /** Nothing to record: the answers hold if the state they were decided on is the last one. */
  async #confirm(expected: number): Promise<number | undefined> {
    const lastSequence = await this.#options.log.lastSequence(this.#options.subject);
    if (lastSequence === expected) return expected;
    await this.#catchUp();
    this.#folded.expectAfterExpiry(expected, lastSequence);
    return undefined;
  }

  async #append(expected: number, group: Group<S, E>, commands: readonly Command<C>[], atMs: number): Promise<number | undefined> {
    const headers = commands.slice(0, group.outcomes.length).find(command => command.headers !== undefined)?.headers;
    this.#options.beforeAppend?.();
    const result = await this.#options.log.append(this.#options.subject, expected, group.decisions, {
      ...(headers === undefined ? {} : { headers }),
      ...(group.ttlSeconds === undefined ? {} : { ttlSeconds: group.ttlSeconds }),
    });
    if (result.kind === 'conflict') {
      for (const message of result.since) this.#foldNew(message);
      this.#folded.expectAfterExpiry(expected, result.lastSequence);
      return undefined;
    }
    const recorded = { sequence: result.sequence, timeMs: atMs, decisions: group.decisions };
    this.#history.note(recorded);
    if (this.#folded.adopt(result.sequence, group.after, atMs)) this.#options.onFolded?.(recorded);
    return result.sequence;
  }

  /** Answers what needs no decision; the others stay open. */
  async #withoutAnswered(
    waiting: readonly Waiting<S, C, E>[],
    verdictOn: (command: Command<C>) => Promise<Verdict<E>>,
  ): Promise<readonly Waiting<S, C, E>[]> {
    const open: Waiting<S, C, E>[] = [];
    for (const each of waiting) {
      const verdict = await verdictOn(each.command);
      switch (verdict.kind) {
        case 'new':
          open.push(each);
          break;
        case 'repeated':
          each.resolve({ events: verdict.events, sequence: verdict.sequence, repeated: true, state: this.state });
          break;
        case 'refused':
          each.reject(verdict.error);
          break;
      }
    }
    return open;
  }

  #contention(attempts: number): Fault {
    const { subject } = this.#options;
    return new Fault('CONTENTION', `gave up after ${attempts} conflicting appends`, { subject, attempts: String(attempts) });
  }
}

const answer = <S, C, E>({ resolve, reject }: Waiting<S, C, E>, outcome: Outcome<S, E>, sequence: number): void => {
  switch (outcome.kind) {
    case 'decided':
      return resolve({ events: outcome.decision.events, sequence, repeated: false, state: outcome.after });
    case 'nothing':
      return resolve({ events: [], sequence, repeated: false, state: outcome.after });
    case 'refused':
      return reject(outcome.error);
  }
};
