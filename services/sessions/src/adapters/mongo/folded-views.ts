import type { ProjectedDocument, StoredCollection } from '@drawdown/projections';
import type { Erasure } from '../../application/views/erasure.js';
import type { HitsImage, SessionImage, SessionImages } from '../../application/views/session-images.js';
import type { SessionViewStore } from '../../application/views/session-view-store.js';
import { ERASURES, SESSIONS, SESSION_HITS, type ErasureDocument, type HitsDocument, type SessionDocument } from './documents.js';
import { fromDbHits, fromDbSession, toDbErasure, toDbHits, toDbSession } from './map-documents.js';

/** The documents of one partition in memory, under the guards of the stored ones: what an audit compares with. Probes are no part of it. */
export class FoldedViews implements SessionViewStore {
  readonly watermark: number = 0;
  readonly erasures: readonly Erasure[] = [];
  readonly sessions = new Map<string, SessionDocument>();
  readonly hits = new Map<string, HitsDocument>();
  readonly erased = new Map<string, ErasureDocument>();

  constructor(private readonly partition: number) {}

  async flush({ sessions, hits }: SessionImages): Promise<void> {
    for (const image of hits) replace(this.hits, SESSION_HITS, toDbHits(this.partition, image));
    for (const image of sessions) replace(this.sessions, SESSIONS, toDbSession(this.partition, image));
    return Promise.resolve();
  }

  async storeErasure(erasure: Erasure): Promise<void> {
    replace(this.erased, ERASURES, toDbErasure(this.partition, erasure));
    return Promise.resolve();
  }

  async *sessionsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<SessionImage> {
    yield* await Promise.resolve([...this.sessions.values()].filter(isOf(namespace, propertyId, atMs)).map(fromDbSession));
  }

  async *hitsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<HitsImage> {
    yield* await Promise.resolve([...this.hits.values()].filter(isOf(namespace, propertyId, atMs)).map(fromDbHits));
  }

  writeWatermark(): Promise<void> {
    return Promise.resolve();
  }
}

const isOf =
  (namespace: string, propertyId: string, atMs: number) =>
  (document: Pick<SessionDocument, 'namespace' | 'propertyId' | 'startedAtMs'>): boolean =>
    document.namespace === namespace && document.propertyId === propertyId && document.startedAtMs <= atMs;

const replace = <T extends ProjectedDocument>(documents: Map<string, T>, { sequences }: StoredCollection, document: T): void => {
  const there = documents.get(document._id);
  if (there === undefined || sequences.every(field => sequenceOf(there, field) <= sequenceOf(document, field))) {
    documents.set(document._id, document);
  }
};

const sequenceOf = (document: object, field: string): number => Number((document as Readonly<Record<string, unknown>>)[field]);
