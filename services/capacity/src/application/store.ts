import type { AggregateSnapshot, CommandIndex } from '@drawdown/eventlog';
import type { Exact, Segment, Stay } from '../domain/index.js';
import type { Address } from './aggregates/aggregates.js';
import type { Kind, StateOf } from './aggregates/kinds.js';

/** An aggregate as the snapshots have it. */
export interface StoredAggregate<K extends Kind = Kind> extends AggregateSnapshot<StateOf<K>> {
  readonly address: Address<K>;
  /**
   * Whether nothing up to the watermark is missing in it. Large pools are not written down whole with each change, and a snapshot of another
   * version is none: what is missing is in the log then, after `sequence`.
   */
  readonly isCurrent: boolean;
}

/** Something that one message made of a pool, with the sequence of that message: the same in every rebuild. */
export interface Dated<T> {
  readonly value: T;
  readonly sequence: number;
}

/** An aggregate as it is written. */
export interface Image<K extends Kind = Kind> extends AggregateSnapshot<StateOf<K>> {
  readonly address: Address<K>;
  /** Of a pool: the workloads that changed since the last image, each as it is now, by id. */
  readonly stays: ReadonlyMap<number, Dated<Stay>>;
  /** Of a pool: the stretches of draining that ended since the last image. */
  readonly segments: readonly Dated<Segment>[];
  /** Whether the whole state is written down with it. For small states always: what a snapshot lacks has to be read from the log. */
  readonly writeSnapshot: boolean;
}

/** Last sequence of which every effect is stored. */
export interface CapacityWatermark {
  readonly sequence: number;
  /** Whether the documents once had all that the stream held: before, what is missing in them says nothing. */
  readonly isFolded: boolean;
}

/** A pool that has something to do at an instant. */
export interface PoolDue {
  readonly poolId: number;
  readonly dueAt: Exact;
}

/** Aggregates asked of the store at once. */
export const AGGREGATES_PER_LOAD_MAX = 500;

/** The documents of one partition in one generation of the read model; the MongoDB adapter implements it. */
export interface CapacityStore {
  /** Where the stored effects end; 0: nothing is stored. */
  readonly watermark: CapacityWatermark;
  /** Where the commands of one aggregate were recorded (design §3.11). */
  commandsOf(subject: string): CommandIndex;
  /** Notes a recorded command, in memory until the next flush; the same again is harmless. `timeMs` is the server's time of its message. */
  noteCommand(subject: string, commandId: string, sequence: number, timeMs: number): void;
  /** Those of the aggregates that are stored: the others have no message up to the watermark. @throws Fault `PROJECTION_UNAVAILABLE` */
  load(addresses: readonly Address<Kind>[]): Promise<readonly StoredAggregate[]>;
  /** Every pool of the partition that has something to do some time, by id. @throws Fault `PROJECTION_UNAVAILABLE` */
  dues(): AsyncIterable<PoolDue>;
  /** Numbers of the partition's reservations that wait for money, to come in or to go back. @throws Fault `PROJECTION_UNAVAILABLE` */
  unpaid(): AsyncIterable<number>;
  /**
   * Stores the images and the command ids noted since, in the order that makes an interruption harmless: parts, then what lists show of the
   * whole, then snapshots. The same again is harmless, and nothing older ever replaces something newer. @throws Fault
   */
  flush(images: readonly Image[]): Promise<void>;
  /** Only after everything up to it is stored. @throws Fault */
  writeWatermark(watermark: CapacityWatermark): Promise<void>;
}
