import { LIMITS, type CommandIndex } from '@drawdown/eventlog';
import { IdIndex, type ProjectionWrite, type ReadModel, type SegmentCache, type Stamp, type Watermark } from '@drawdown/projections';
import { ulid } from 'ulid';
import type { Address } from '../../application/aggregates/aggregates.js';
import type { Kind } from '../../application/aggregates/kinds.js';
import type { CapacityStore, CapacityWatermark, Image, PoolDue, StoredAggregate } from '../../application/store.js';
import { commandHash, commandIndex } from './command-index.js';
import { COMMAND_IDS, POOLS, RESERVATIONS } from './documents.js';
import { documentsOf } from './image-documents.js';
import { fromDbHorizon, INT64_MAX } from './int64.js';
import { loadAggregates } from './load.js';
import { storedDocuments } from './stored-state.js';

export interface CapacityStoreOptions {
  readonly readModel: ReadModel;
  readonly partition: number;
  /** Shared by all partitions of the process. */
  readonly cache: SegmentCache;
  /** Commands created longer ago are refused; so long their ids are remembered (capacity §13.2). */
  readonly commandWindowMs: number;
  /** Under which lease, and when, documents are written. */
  readonly stamp: () => Stamp;
}

/** Flushes between two looks for small runs of ids to merge. */
const FLUSHES_PER_MAINTENANCE = 16;

/** One partition's documents in one generation of the read model. */
export class MongoCapacityStore implements CapacityStore {
  #flushes = 0;

  private constructor(
    private readonly options: CapacityStoreOptions,
    readonly watermark: CapacityWatermark,
    private readonly commands: IdIndex,
  ) {}

  static async open(options: CapacityStoreOptions): Promise<MongoCapacityStore> {
    const { readModel, partition, cache, commandWindowMs } = options;
    const stored = await readModel.watermarks.read(partition);
    // A command may say that it was made a little later than it is recorded.
    const windowMs = commandWindowMs + LIMITS.commandAheadMsMax;
    const commands = await IdIndex.load({ readModel, declaration: COMMAND_IDS, partition, cache, windowMs, newId: ulid });
    return new MongoCapacityStore(options, fromDbWatermark(stored), commands);
  }

  commandsOf(subject: string): CommandIndex {
    return commandIndex(this.commands, subject);
  }

  noteCommand(subject: string, commandId: string, sequence: number, timeMs: number): void {
    this.commands.add(commandHash(subject, commandId), { sequence, index: 0 }, timeMs);
  }

  load(addresses: readonly Address<Kind>[]): Promise<readonly StoredAggregate[]> {
    return loadAggregates(storedDocuments(this.options.readModel), addresses);
  }

  async *dues(): AsyncIterable<PoolDue> {
    const { readModel, partition } = this.options;
    const filter = { partition, dueAt: { $lt: INT64_MAX } };
    for await (const { _id, dueAt: stored } of readModel.collection(POOLS).scan(filter, ['state', 'nodeIds'])) {
      const dueAt = fromDbHorizon(stored);
      if (dueAt !== undefined) yield { poolId: Number(_id), dueAt };
    }
  }

  async *unpaid(): AsyncIterable<number> {
    const { readModel, partition } = this.options;
    for await (const { _id } of readModel.collection(RESERVATIONS).scan({ partition, isUnpaid: true }, ['state'])) yield Number(_id);
  }

  async flush(images: readonly Image[]): Promise<void> {
    const documents = images.map(image => documentsOf(this.options.partition, image));
    const segments = this.commands.pendingSegments();
    await this.#write([...documents.flatMap(({ parts }) => parts), ...segments]);
    this.commands.flushed();
    await this.#write(documents.flatMap(({ whole }) => whole));
    await this.#write(documents.flatMap(({ snapshots }) => snapshots));
    this.#flushes += 1;
    if (this.#flushes % FLUSHES_PER_MAINTENANCE === 0) await this.#maintainIds();
  }

  async writeWatermark(watermark: CapacityWatermark): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    await readModel.watermarks.write(partition, toDbWatermark(watermark), stamp());
  }

  async #write(writes: readonly ProjectionWrite[]): Promise<void> {
    if (writes.length > 0) await this.options.readModel.flush(writes, this.options.stamp());
  }

  /** One merge makes one run of a few, so it takes several to keep the number of runs, and with it the cost of a look-up, where it is. */
  async #maintainIds(): Promise<void> {
    let merged: number;
    do ({ merged } = await this.commands.maintain(this.options.stamp()));
    while (merged > 0);
  }
}

/** `folded` is 1 once the documents had all that the stream held; as a number it is guarded like a sequence and never falls back. */
const toDbWatermark = ({ sequence, isFolded }: CapacityWatermark): Watermark => ({
  sequences: { capacity: sequence, folded: isFolded ? 1 : 0 },
});

export const fromDbWatermark = (stored: Watermark | undefined): CapacityWatermark => ({
  sequence: stored?.sequences.capacity ?? 0,
  isFolded: stored?.sequences.folded === 1,
});
