import { projectionWrite, type ReadModel, type Stamp } from '@drawdown/projections';
import type { Erasure } from '../../application/views/erasure.js';
import type { HitsImage, SessionImage, SessionImages } from '../../application/views/session-images.js';
import type { SessionViewStore } from '../../application/views/session-view-store.js';
import { ERASURES, PROBES, SESSIONS, SESSION_HITS } from './documents.js';
import { fromDbErasure, fromDbHits, fromDbSession, toDbErasure, toDbHits, toDbProbe, toDbSession } from './map-documents.js';

export interface ViewStoreOptions {
  readonly readModel: ReadModel;
  readonly partition: number;
  /** Under which lease, and when, documents are written. */
  readonly stamp: () => Stamp;
}

/** The two sequences of a watermark (see {@link SessionViewStore.writeWatermark}). */
export const WATERMARK = { readFrom: 'sessions', applied: 'sessionsApplied' } as const;

/** One partition's documents in one generation of the read model. */
export class MongoViewStore implements SessionViewStore {
  private constructor(
    private readonly options: ViewStoreOptions,
    readonly watermark: number,
    readonly erasures: readonly Erasure[],
  ) {}

  static async open(options: ViewStoreOptions): Promise<MongoViewStore> {
    const { readModel, partition } = options;
    const stored = await readModel.watermarks.read(partition);
    const erasures: Erasure[] = [];
    for await (const document of readModel.collection(ERASURES).scan({ partition })) erasures.push(fromDbErasure(document));
    return new MongoViewStore(options, stored?.sequences[WATERMARK.readFrom] ?? 0, erasures);
  }

  async flush({ sessions, hits, probe }: SessionImages): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    // Who sees a session finds its hits.
    if (hits.length > 0)
      await readModel.flush(
        hits.map(image => projectionWrite(SESSION_HITS, toDbHits(partition, image))),
        stamp(),
      );
    if (sessions.length > 0)
      await readModel.flush(
        sessions.map(image => projectionWrite(SESSIONS, toDbSession(partition, image))),
        stamp(),
      );
    if (probe !== undefined) await readModel.flush([projectionWrite(PROBES, toDbProbe(partition, probe))], stamp());
  }

  async storeErasure(erasure: Erasure): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    await readModel.flush([projectionWrite(ERASURES, toDbErasure(partition, erasure))], stamp());
  }

  async *sessionsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<SessionImage> {
    const { readModel, partition } = this.options;
    const filter = { partition, namespace, propertyId, startedAtMs: { $lte: atMs } };
    for await (const document of readModel.collection(SESSIONS).scan(filter)) yield fromDbSession(document);
  }

  async *hitsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<HitsImage> {
    const { readModel, partition } = this.options;
    const collection = readModel.collection(SESSION_HITS);
    const filter = { partition, namespace, propertyId, startedAtMs: { $lte: atMs } };
    // The scan is of ids alone: a page of parts with their hits would not fit into memory.
    for await (const { _id } of collection.scan(filter, ['lines', 'continues'])) {
      const document = await collection.find(_id);
      if (document !== undefined) yield fromDbHits(document);
    }
  }

  async writeWatermark(sequence: number, applied: number): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    const sequences = { [WATERMARK.readFrom]: sequence, [WATERMARK.applied]: applied };
    await readModel.watermarks.write(partition, { sequences }, stamp());
  }
}
