import type { CommandIndex } from '@drawdown/eventlog';
import type { CollectionDeclaration, ProjectedDocument, ProjectionWrite } from '@drawdown/projections';
import type { Address } from '../../application/aggregates/aggregates.js';
import type { Kind } from '../../application/aggregates/kinds.js';
import type { CapacityStore, CapacityWatermark, Image, PoolDue, StoredAggregate } from '../../application/store.js';
import { documentsOf } from './image-documents.js';
import { loadAggregates, type DocumentSource } from './load.js';

/** The documents of one partition in memory: what the log says they should be, for an audit. Its snapshots are always the newest. */
export class FoldedDocuments implements CapacityStore, DocumentSource {
  readonly watermark: CapacityWatermark = { sequence: 0, isFolded: false };
  readonly #collections = new Map<string, Map<string, ProjectionWrite>>();

  constructor(private readonly partition: number) {}

  /** By id, as they would be written. */
  writesOf(collection: string): ReadonlyMap<string, ProjectionWrite> {
    return this.#collections.get(collection) ?? new Map<string, ProjectionWrite>();
  }

  async findByIds<T extends ProjectedDocument>({ name }: CollectionDeclaration<T>, ids: readonly string[]): Promise<readonly T[]> {
    return ids.flatMap(id => {
      const write = this.writesOf(name).get(id);
      // What lies in a collection is of the type that its declaration names.
      return write === undefined ? [] : [write.document as T];
    });
  }

  load(addresses: readonly Address<Kind>[]): Promise<readonly StoredAggregate[]> {
    return loadAggregates(this, addresses);
  }

  async flush(images: readonly Image[]): Promise<void> {
    for (const image of images) {
      const { parts, whole, snapshots } = documentsOf(this.partition, { ...image, writeSnapshot: true });
      for (const write of [...parts, ...whole, ...snapshots]) this.#put(write);
    }
  }

  async writeWatermark(): Promise<void> {
    // Nobody goes on from here.
  }

  /** Nothing is decided in an audit: no command is looked for. */
  commandsOf(): CommandIndex {
    return { find: () => undefined };
  }

  noteCommand(): void {
    // As above.
  }

  async *dues(): AsyncIterable<PoolDue> {
    // No timer runs here.
  }

  async *unpaid(): AsyncIterable<number> {
    // Nobody pays here.
  }

  #put(write: ProjectionWrite): void {
    const { name } = write.collection;
    const documents = this.#collections.get(name) ?? new Map<string, ProjectionWrite>();
    documents.set(write.document._id, write);
    this.#collections.set(name, documents);
  }
}
