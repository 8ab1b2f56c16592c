import { MongoServerError, type Collection, type Db } from 'mongodb';
import { ProjectionCollection } from './collection.js';
import { GenerationSuperseded, ProjectionMissing, ProjectionUnavailable } from './faults.js';
import { flushCollection } from './flush.js';
import { GenerationPointer, type PointerDocument } from './pointer.js';
import type { CollectionDeclaration, FlushResult, ProjectedDocument, ProjectionWrite, Stamp, StoredCollection } from './types.js';
import { Watermarks, type WatermarkDocument } from './watermarks.js';

const NAMESPACE_EXISTS = 48;
const NAMESPACE_NOT_FOUND = 26;

export interface ReadModelDeclaration {
  /** For instance `entitlements`; the generations and watermarks bear it. */
  readonly name: string;
  readonly collections: readonly StoredCollection[];
}

export interface ReadModelOptions {
  /** Incarnations of every stream it is folded from, as one text; sequences of another one never compare (design §3.17). */
  readonly incarnation: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly nowMs: () => number;
}

/**
 * A set of collections that are folded, thrown away and rebuilt together, in one generation.
 * The generation of an object never changes: after a flip there is a new object (see {@link followReadModel}).
 */
export class ReadModel {
  readonly watermarks: Watermarks;

  private constructor(
    private readonly db: Db,
    private readonly declaration: ReadModelDeclaration,
    private readonly options: ReadModelOptions,
    private readonly pointer: GenerationPointer,
    readonly generation: string,
  ) {
    const documents = db.collection<WatermarkDocument>(this.stored(`${declaration.name}_watermarks`));
    this.watermarks = new Watermarks(documents, declaration.name, generation);
  }

  /**
   * The current generation. Without a pointer (a new or an emptied database), or with one of another incarnation, a new and empty
   * generation begins: no partition has a watermark there, so that every owner folds from the beginning by itself.
   */
  static async open(db: Db, declaration: ReadModelDeclaration, options: ReadModelOptions): Promise<ReadModel> {
    const pointer = new GenerationPointer(db, declaration.name);
    try {
      const { generation } = await pointer.open(options.incarnation, options.nowMs());
      const model = new ReadModel(db, declaration, options, pointer, generation);
      await model.create();
      return model;
    } catch (error) {
      throw new ProjectionUnavailable(`opening read model ${declaration.name}`, error);
    }
  }

  collection<T extends ProjectedDocument>(declaration: CollectionDeclaration<T>): ProjectionCollection<T> {
    return new ProjectionCollection<T>(this.db.collection<T>(this.stored(declaration.name)), declaration.name);
  }

  /**
   * Stores the documents: one unordered bulk write per collection, however many documents. Safe to repeat and to interrupt: after an
   * error some are stored and some are not, and the same writes again give the same result. Give each id once.
   */
  async flush(writes: readonly ProjectionWrite[], stamp: Stamp): Promise<FlushResult> {
    const byCollection = new Map<string, { declaration: StoredCollection; writes: ProjectionWrite[] }>();
    for (const write of writes) {
      const group = byCollection.get(write.collection.name);
      if (group === undefined) byCollection.set(write.collection.name, { declaration: write.collection, writes: [write] });
      else group.writes.push(write);
    }
    const results = await Promise.all(
      [...byCollection.values()].map(group => flushCollection(this.documents(group.declaration), group.declaration, group.writes, stamp)),
    );
    return {
      written: results.reduce((sum, result) => sum + result.written, 0),
      refused: results.flatMap(result => result.refused),
    };
  }

  /** Deletes by id, without a guard: only for documents that nothing will ever write again, such as merged segments. */
  async deleteByIds(declaration: StoredCollection, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.documents(declaration)
      .deleteMany({ _id: { $in: [...ids] } })
      .catch((error: unknown) => {
        throw new ProjectionUnavailable(`deleting from ${declaration.name}`, error);
      });
  }

  /** The generation being built beside this one: begun by whoever asks first, joined by everybody else. */
  async nextGeneration(): Promise<ReadModel> {
    const pointed = await this.pointer.next(this.generation, this.options.nowMs());
    if (pointed.generation !== this.generation || pointed.next === undefined) {
      throw new GenerationSuperseded(this.declaration.name, this.generation);
    }
    return this.inGeneration(pointed.next);
  }

  /** From now on `next` is read. Refusal `GENERATION_SUPERSEDED` when it is not the one being built beside this one. */
  async flipTo(next: ReadModel): Promise<void> {
    const flipped = await this.pointer.flip(this.generation, next.generation, this.options.nowMs());
    if (flipped) return;
    // A repeated flip, for instance after a lost answer, has nothing left to do.
    if ((await this.pointer.read())?.generation !== next.generation) {
      throw new GenerationSuperseded(this.declaration.name, next.generation);
    }
  }

  /** Gives up a generation that is being built; its documents go with {@link dropRetired}. */
  async abandon(next: ReadModel): Promise<void> {
    await this.pointer.abandon(next.generation, this.options.nowMs());
  }

  /** Deletes generations that were retired at least `graceMs` ago. Idempotent, and safe from several replicas at once. */
  async dropRetired(graceMs: number): Promise<readonly string[]> {
    const pointed = await this.pointer.read();
    const due = (pointed?.retired ?? []).filter(entry => entry.retiredAtMs + graceMs <= this.options.nowMs());
    for (const { generation } of due) {
      for (const name of this.names(generation)) await this.drop(name);
      await this.pointer.forget(generation);
    }
    return due.map(entry => entry.generation);
  }

  /** Throws {@link ProjectionMissing} when a declared collection of this generation does not exist any more. */
  async assertPresent(): Promise<void> {
    const present = new Set((await this.db.listCollections({}, { nameOnly: true }).toArray()).map(entry => entry.name));
    const missing = this.names(this.generation).find(name => !present.has(name));
    if (missing !== undefined) throw new ProjectionMissing(this.declaration.name, this.generation, missing);
  }

  /** What the pointer says now; `undefined` when it is gone. */
  async pointed(): Promise<PointerDocument | undefined> {
    return this.pointer.read();
  }

  /** The same read model in another generation; creates what is not there yet. */
  async inGeneration(generation: string): Promise<ReadModel> {
    const model = new ReadModel(this.db, this.declaration, this.options, this.pointer, generation);
    await model.create();
    return model;
  }

  get incarnation(): string {
    return this.options.incarnation;
  }

  private async create(): Promise<void> {
    for (const name of this.names(this.generation)) {
      await this.db.createCollection(name).catch((error: unknown) => {
        if (!(error instanceof MongoServerError) || error.code !== NAMESPACE_EXISTS) throw error;
      });
    }
    for (const declaration of this.declaration.collections) {
      const documents = this.documents(declaration);
      for (const { key, unique } of declaration.indexes) await documents.createIndex(key, { unique: unique === true });
    }
  }

  /** Another replica may drop it at the same time; servers say so by a code, by a text, or not at all. */
  private async drop(name: string): Promise<void> {
    await this.db.dropCollection(name).catch((error: unknown) => {
      const isGone = error instanceof MongoServerError && (error.code === NAMESPACE_NOT_FOUND || error.message === 'ns not found');
      if (!isGone) throw error;
    });
  }

  private names(generation: string): string[] {
    return [`${this.declaration.name}_watermarks`, ...this.declaration.collections.map(({ name }) => name)].map(
      name => `${name}_${generation}`,
    );
  }

  private documents(declaration: StoredCollection): Collection<ProjectedDocument & Readonly<Record<string, unknown>>> {
    return this.db.collection(this.stored(declaration.name));
  }

  private stored(name: string): string {
    return `${name}_${this.generation}`;
  }
}
