import {
  Aggregate,
  type AggregateSnapshot,
  type Command,
  type CommandIndex,
  type EventLog,
  type Executed,
  type RecordedMessage,
} from '@drawdown/eventlog';
import { DEFINITIONS } from './definitions.js';
import type { Instructed } from './instructed.js';
import type { CommandOf, EventOf, Kind, KeyOf, StateOf } from './kinds.js';

type AggregateOf<K extends Kind> = Aggregate<StateOf<K>, Instructed<CommandOf<K>>, EventOf<K>>;
export type ExecutedOn<K extends Kind> = Executed<StateOf<K>, EventOf<K>>;

export type Logs = { readonly [K in Kind]: EventLog<EventOf<K>> };

/** Where an aggregate is addressed: its subject, and the key that the subject was made of. */
export interface Address<K extends Kind> {
  readonly kind: K;
  readonly key: KeyOf<K>;
  readonly subject: string;
}

export interface AggregatesPorts {
  readonly logs: Logs;
  readonly clock: { nowMs(): number };
  /** Commands created longer ago are refused (capacity §13.2). */
  readonly commandWindowMs: number;
  readonly commandsOf: (subject: string) => CommandIndex;
  /** Brings the state as it was folded last into memory. */
  readonly prepare: <K extends Kind>(address: Address<K>) => Promise<void>;
  /** That state, to go on from; absent when it has left the memory again. */
  readonly snapshotOf: <K extends Kind>(address: Address<K>) => AggregateSnapshot<StateOf<K>> | undefined;
  /** Whether what the partition's reader delivers goes on where the snapshots end, with nothing in between. */
  readonly isCurrent: () => boolean;
  /** Throws when the lease has run out. */
  readonly beforeAppend: () => void;
  /** Told of every aggregate whose state has changed, whoever changed it. */
  readonly onChanged: <K extends Kind>(kind: K, key: KeyOf<K>, state: StateOf<K>) => void;
}

/** Aggregates of one partition that stay in memory when nobody uses them. The log has all of them. */
const IDLE_AGGREGATES_MAX = 4_000;

interface Opened<K extends Kind> {
  readonly aggregate: AggregateOf<K>;
  /** Commands that wait for their answer. */
  underWay: number;
}

/** The aggregates of one partition that commands are decided on, in the memory of its owner. */
export class Aggregates {
  /** By subject, the one that was used last at the end. */
  readonly #open = new Map<string, Opened<Kind>>();
  readonly #opening = new Map<string, Promise<Opened<Kind>>>();

  constructor(private readonly ports: AggregatesPorts) {}

  /**
   * Decides and records a command; resolves when it is durable (design §3.8).
   * @throws what `Aggregate.execute` throws
   */
  async execute<K extends Kind>(address: Address<K>, command: Command<Instructed<CommandOf<K>>>): Promise<ExecutedOn<K>> {
    const opened = this.#opened(address) ?? (await this.#openOnce(address));
    opened.underWay += 1;
    try {
      return await opened.aggregate.execute(command);
    } finally {
      opened.underWay -= 1;
    }
  }

  /** An aggregate as it is now, with everything that the log has of it. */
  async read<K extends Kind>(address: Address<K>): Promise<AggregateOf<K>> {
    const { aggregate } = this.#opened(address) ?? (await this.#openOnce(address));
    await aggregate.load();
    return aggregate;
  }

  /** The state of an aggregate that is in memory, and the last message in it. */
  peek<K extends Kind>({ subject }: Address<K>): AggregateSnapshot<StateOf<K>> | undefined {
    return (this.#open.get(subject) as Opened<K> | undefined)?.aggregate;
  }

  /** What the partition's reader delivered; for the ones that are not in memory it is in the snapshot. */
  fold<K extends Kind>(subject: string, message: RecordedMessage<EventOf<K>>): void {
    (this.#open.get(subject) as Opened<K> | undefined)?.aggregate.fold(message);
  }

  #opened<K extends Kind>({ subject }: Address<K>): Opened<K> | undefined {
    const opened = this.#open.get(subject);
    if (opened === undefined) return undefined;
    this.#open.delete(subject);
    this.#open.set(subject, opened);
    // What lies under a subject is of the kind that the subject names.
    return opened as unknown as Opened<K>;
  }

  async #openOnce<K extends Kind>(address: Address<K>): Promise<Opened<K>> {
    const { subject } = address;
    const opening = this.#opening.get(subject) ?? this.#openNow(address).finally(() => this.#opening.delete(subject));
    this.#opening.set(subject, opening);
    return opening as unknown as Promise<Opened<K>>;
  }

  async #openNow<K extends Kind>(address: Address<K>): Promise<Opened<Kind>> {
    const { logs, clock, commandWindowMs, commandsOf, prepare, snapshotOf, isCurrent, beforeAppend, onChanged } = this.ports;
    const { kind, key, subject } = address;
    const { decider, order } = DEFINITIONS[kind];
    let snapshot: AggregateSnapshot<StateOf<K>> | undefined;
    do {
      await prepare(address);
      snapshot = snapshotOf(address);
    } while (snapshot === undefined);
    // From here on nothing is waited for: a message that comes between snapshot and fold would be missed.
    const aggregate: AggregateOf<K> = new Aggregate({
      log: logs[kind],
      subject,
      decider,
      clock,
      commandWindowMs,
      commands: commandsOf(subject),
      snapshot,
      snapshotIsCurrent: isCurrent(),
      beforeAppend,
      ...(order === undefined ? {} : { order }),
      onFolded: () => onChanged(kind, key, aggregate.state),
    });
    const opened = { aggregate, underWay: 0 } as unknown as Opened<Kind>;
    this.#open.set(subject, opened);
    this.#forgetIdle();
    return opened;
  }

  /** The ones that were used longest ago go first; those that decide something stay. */
  #forgetIdle(): void {
    if (this.#open.size <= IDLE_AGGREGATES_MAX) return;
    for (const [subject, { underWay }] of this.#open) {
      if (underWay === 0) this.#open.delete(subject);
      if (this.#open.size <= IDLE_AGGREGATES_MAX) return;
    }
  }
}
