import { MongoServerError, type Collection } from 'mongodb';
import { ProjectionMissing, ProjectionUnavailable } from './faults.js';
import type { Stamp, Watermark } from './types.js';

const DUPLICATE_KEY = 11_000;

export interface WatermarkDocument {
  readonly _id: string;
  readonly sequences: Readonly<Record<string, number>>;
  readonly epoch: number;
  readonly writtenAt: Date;
}

/**
 * The watermarks of one generation, one document per partition, written after the documents they speak for (design §4.11).
 *
 * A watermark that was once seen and is gone means that somebody emptied the database: writing it anew would claim effects that
 * no longer exist, so that is {@link ProjectionMissing}.
 */
export class Watermarks {
  private readonly seen = new Set<number>();

  constructor(
    private readonly documents: Collection<WatermarkDocument>,
    private readonly readModel: string,
    private readonly generation: string,
  ) {}

  /** `undefined`: nothing of this partition was ever folded into this generation. */
  async read(partition: number): Promise<Watermark | undefined> {
    const found = await this.faulty(`reading the watermark of partition ${partition}`, this.documents.findOne({ _id: String(partition) }));
    if (found === null) return undefined;
    this.seen.add(partition);
    return { sequences: found.sequences };
  }

  /** All partitions that have one; a reader compares them with the streams to say how far the read model is. */
  async readAll(): Promise<ReadonlyMap<number, Watermark>> {
    const found = await this.faulty('reading the watermarks', this.documents.find().toArray());
    return new Map(found.map(document => [Number(document._id), { sequences: document.sequences }]));
  }

  /** Never moves backwards in any stream; a refused one means that another owner is further. */
  async write(partition: number, watermark: Watermark, stamp: Stamp): Promise<'written' | 'refused'> {
    const document = { sequences: watermark.sequences, epoch: stamp.epoch, writtenAt: new Date(stamp.writtenAtMs) };
    const guard: Record<string, unknown> = { _id: String(partition) };
    // A stream that the stored watermark does not name yet is not ahead of ours; `$lte` would not match it.
    for (const [stream, sequence] of Object.entries(watermark.sequences)) guard[`sequences.${stream}`] = { $not: { $gt: sequence } };
    const upsert = !this.seen.has(partition);
    const what = `writing the watermark of partition ${partition}`;
    const outcome = await this.documents.replaceOne(guard, document, { upsert }).catch((error: unknown) => {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
      throw new ProjectionUnavailable(what, error);
    });
    const stored = outcome !== undefined && outcome.matchedCount + outcome.upsertedCount === 1;
    if (!stored && !upsert && (await this.read(partition)) === undefined) {
      throw new ProjectionMissing(this.readModel, this.generation, `the watermark of partition ${partition}`);
    }
    this.seen.add(partition);
    return stored ? 'written' : 'refused';
  }

  private faulty<T>(what: string, call: Promise<T>): Promise<T> {
    return call.catch((error: unknown) => {
      throw new ProjectionUnavailable(what, error);
    });
  }
}
