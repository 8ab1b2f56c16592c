import type { AggregateSnapshot, RecordedMessage } from '@drawdown/eventlog';
import { isUnknownEvent } from '@drawdown/eventlog';
import { changedStays, segmentOf, type PoolEvent, type Segment, type Stay } from '../../domain/index.js';
import type { Address, Logs } from '../aggregates/aggregates.js';
import { DEFINITIONS } from '../aggregates/definitions.js';
import type { EventOf, Kind, StateOf } from '../aggregates/kinds.js';
import { AGGREGATES_PER_LOAD_MAX, type CapacityStore, type Dated, type Image, type StoredAggregate } from '../store.js';
import type { Recorded } from './recorded.js';

/** Folded states of one partition that stay in memory; what is not stored yet stays in any case. */
const STATES_IN_MEMORY_MAX = 4_000;
/** A pool with more workloads than this is not written down whole with each change. */
const SMALL_POOL_WORKLOADS_MAX = 64;
/** Messages after which it is. */
const MESSAGES_PER_SNAPSHOT = 256;

/** One aggregate as the stream has it up to some message, and what of it is not stored yet. */
interface Folded<K extends Kind = Kind> {
  readonly address: Address<K>;
  state: StateOf<K>;
  sequence: number;
  timeMs: number;
  stays: Map<number, Dated<Stay>>;
  segments: Dated<Segment>[];
  messagesSinceSnapshot: number;
  isStored: boolean;
}

/**
 * Folds the messages of one partition in stream order into states and what the documents show of them. It knows nothing of commands: what
 * it makes of a message is the same on every replica and in every rebuild.
 */
export class Projector {
  /** By subject, the one that was used last at the end. */
  readonly #folded = new Map<string, Folded>();

  constructor(
    private readonly store: CapacityStore,
    private readonly logs: Logs,
  ) {}

  /** The state of an aggregate after everything that was applied; absent: not in memory. */
  peek<K extends Kind>({ subject }: Address<K>): AggregateSnapshot<StateOf<K>> | undefined {
    // What lies under a subject is of the kind that the subject names.
    return this.#folded.get(subject);
  }

  /** Brings aggregates into memory. */
  async require(addresses: readonly Address<Kind>[]): Promise<void> {
    const missing = new Map(addresses.filter(({ subject }) => !this.#folded.has(subject)).map(address => [address.subject, address]));
    if (missing.size === 0) return;
    for (const page of pagesOf([...missing.values()])) {
      for (const stored of await this.store.load(page)) await this.#adopt(stored);
    }
    for (const [subject, address] of missing) {
      if (this.#folded.has(subject)) continue;
      this.#folded.set(subject, newlyFolded(address, { state: DEFINITIONS[address.kind].decider.initialState, sequence: 0, timeMs: 0 }));
    }
  }

  /** Takes the next messages of the partition; their aggregates must be in memory. @returns whether the message was new */
  fold({ address, message }: Recorded): boolean {
    const folded = this.#folded.get(address.subject);
    if (folded === undefined) throw new Error(`${address.subject} was not brought into memory`);
    this.#folded.delete(address.subject);
    this.#folded.set(address.subject, folded);
    return foldInto(folded, message);
  }

  /** What is not stored yet. */
  images(): readonly Image[] {
    const images: Image[] = [];
    for (const folded of this.#folded.values()) {
      if (folded.isStored) continue;
      const { address, state, sequence, timeMs, stays, segments } = folded;
      images.push({ address, state, sequence, timeMs, stays, segments, writeSnapshot: isSnapshotDue(folded) });
    }
    return images;
  }

  /** The images are stored. */
  stored(images: readonly Image[]): void {
    for (const { address, sequence, writeSnapshot } of images) {
      const folded = this.#folded.get(address.subject);
      if (folded === undefined || folded.sequence !== sequence) continue;
      folded.isStored = true;
      folded.stays = new Map();
      folded.segments = [];
      if (writeSnapshot) folded.messagesSinceSnapshot = 0;
    }
    this.#forgetStored();
  }

  async #adopt(stored: StoredAggregate): Promise<void> {
    const { address, isCurrent } = stored;
    if (this.#folded.has(address.subject)) return; // somebody else was quicker
    const folded = newlyFolded(address, stored);
    if (!isCurrent) await this.#foldTail(folded);
    if (!this.#folded.has(address.subject)) this.#folded.set(address.subject, folded);
  }

  async #foldTail<K extends Kind>(folded: Folded<K>): Promise<void> {
    const { kind, subject } = folded.address;
    for await (const message of this.logs[kind].read(subject, folded.sequence + 1)) foldInto(folded, message);
  }

  #forgetStored(): void {
    if (this.#folded.size <= STATES_IN_MEMORY_MAX) return;
    for (const [subject, { isStored }] of this.#folded) {
      if (isStored) this.#folded.delete(subject);
      if (this.#folded.size <= STATES_IN_MEMORY_MAX) return;
    }
  }
}

const pagesOf = (addresses: readonly Address<Kind>[]): readonly (readonly Address<Kind>[])[] => {
  const pages: (readonly Address<Kind>[])[] = [];
  for (let start = 0; start < addresses.length; start += AGGREGATES_PER_LOAD_MAX) {
    pages.push(addresses.slice(start, start + AGGREGATES_PER_LOAD_MAX));
  }
  return pages;
};

const newlyFolded = <K extends Kind>(address: Address<K>, { state, sequence, timeMs }: AggregateSnapshot<StateOf<K>>): Folded<K> => ({
  address,
  state,
  sequence,
  timeMs,
  stays: new Map(),
  segments: [],
  messagesSinceSnapshot: 0,
  isStored: true,
});

const foldInto = <K extends Kind>(folded: Folded<K>, { sequence, timeMs, decisions }: RecordedMessage<EventOf<K>>): boolean => {
  if (sequence <= folded.sequence) return false;
  const { decider } = DEFINITIONS[folded.address.kind];
  const watches = folded.address.kind === 'pool';
  for (const { events, decidedAtMs } of decisions) {
    for (const event of events) {
      if (isUnknownEvent(event)) continue;
      const before = folded.state;
      folded.state = decider.evolve(before, event, decidedAtMs);
      if (watches) watch(folded as unknown as Folded<'pool'>, before as StateOf<'pool'>, event as PoolEvent, sequence);
    }
    folded.timeMs = Math.max(folded.timeMs, timeMs, decidedAtMs);
  }
  folded.sequence = sequence;
  folded.messagesSinceSnapshot += 1;
  folded.isStored = false;
  return true;
};

/** Notes what of a pool the documents show one by one: the workloads that an event changes, and the stretch of draining that it ends. */
const watch = (folded: Folded<'pool'>, before: StateOf<'pool'>, event: PoolEvent, sequence: number): void => {
  if (before === undefined || folded.state === undefined) return;
  for (const value of changedStays(before, event, folded.state)) folded.stays.set(value.workloadId, { value, sequence });
  const segment = segmentOf(before, folded.state);
  if (segment !== undefined) folded.segments.push({ value: segment, sequence });
};

const isSnapshotDue = ({ address, state, messagesSinceSnapshot }: Folded): boolean => {
  if (address.kind !== 'pool' || state === undefined) return true;
  const { members, holds } = state as NonNullable<StateOf<'pool'>>;
  return members.size + holds.size <= SMALL_POOL_WORKLOADS_MAX || messagesSinceSnapshot >= MESSAGES_PER_SNAPSHOT;
};
