import { randomBytes } from 'node:crypto';
import type { Collection, Db } from 'mongodb';

const POINTER_COLLECTION = 'read_models';

/** A generation that nobody should read any more, and since when. */
export interface RetiredGeneration {
  readonly generation: string;
  readonly retiredAtMs: number;
}

/** The one document that says which generation of a read model is read, and which one is being built (design §3.5). */
export interface PointerDocument {
  readonly _id: string;
  readonly generation: string;
  readonly incarnation: string;
  readonly next?: string;
  readonly retired: readonly RetiredGeneration[];
}

/**
 * A name that no other generation ever had. A counter would start again in an emptied database, and a process that still
 * believes in the old generation would then write its watermark into a new one whose documents it never wrote.
 */
const newGeneration = (nowMs: number): string => `${nowMs.toString(36)}${randomBytes(4).toString('hex')}`;

/** Reads and moves the pointer; every move is one guarded write of one document. */
export class GenerationPointer {
  private readonly documents: Collection<PointerDocument>;

  constructor(
    db: Db,
    private readonly name: string,
  ) {
    this.documents = db.collection<PointerDocument>(POINTER_COLLECTION);
  }

  async read(): Promise<PointerDocument | undefined> {
    return (await this.documents.findOne({ _id: this.name })) ?? undefined;
  }

  /** The pointer for this incarnation: the present one, or a new one to an empty generation. Safe when several replicas start at once. */
  async open(incarnation: string, nowMs: number): Promise<PointerDocument> {
    const found = await this.read();
    if (found === undefined) {
      const generation = newGeneration(nowMs);
      await this.documents.updateOne({ _id: this.name }, { $setOnInsert: { generation, incarnation, retired: [] } }, { upsert: true });
      return this.require();
    }
    if (found.incarnation === incarnation) return found;
    const abandoned = [found.generation, ...(found.next === undefined ? [] : [found.next])];
    await this.documents.updateOne(
      { _id: this.name, generation: found.generation, incarnation: found.incarnation },
      {
        $set: { generation: newGeneration(nowMs), incarnation },
        $unset: { next: '' },
        $push: { retired: { $each: abandoned.map(generation => ({ generation, retiredAtMs: nowMs })) } },
      },
    );
    return this.require();
  }

  /** The generation being built beside `generation`: the one that somebody began already, or a new one. */
  async next(generation: string, nowMs: number): Promise<PointerDocument> {
    await this.documents.updateOne({ _id: this.name, generation, next: { $exists: false } }, { $set: { next: newGeneration(nowMs) } });
    return this.require();
  }

  /** Gives up the generation being built; true when it was this one. */
  async abandon(next: string, nowMs: number): Promise<boolean> {
    const result = await this.documents.updateOne(
      { _id: this.name, next },
      { $unset: { next: '' }, $push: { retired: { generation: next, retiredAtMs: nowMs } } },
    );
    return result.matchedCount === 1;
  }

  /** Readers go over to `next`; true when it was `generation` until now. */
  async flip(generation: string, next: string, nowMs: number): Promise<boolean> {
    const result = await this.documents.updateOne(
      { _id: this.name, generation, next },
      { $set: { generation: next }, $unset: { next: '' }, $push: { retired: { generation, retiredAtMs: nowMs } } },
    );
    return result.matchedCount === 1;
  }

  async forget(generation: string): Promise<void> {
    await this.documents.updateOne({ _id: this.name }, { $pull: { retired: { generation } } });
  }

  /** Another replica may empty the database between two of our calls; then there is nothing to answer with. */
  private async require(): Promise<PointerDocument> {
    const found = await this.read();
    if (found === undefined) throw new Error(`the pointer of read model ${this.name} vanished while it was being opened`);
    return found;
  }
}
