import type { ReadModel, StoredCollection } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import { ERASURES, SESSION_HITS, SESSIONS, type ErasureDocument, type HitsDocument, type SessionDocument } from './documents.js';

/** What the stream of sessions does not hold any more because of its age. */
export interface Expired {
  /** The stream holds nothing before it. */
  readonly firstSequence: number;
  /** Server's time: the stream keeps what came since. Both must hold, so that a purge by mistake takes no documents with it. */
  readonly beforeMs: number;
}

const DOCUMENTS_PER_DELETE = 500;

/**
 * Deletes the documents of a partition whose publications have left the stream by their age: what a rebuild would not find either. Hits go with the
 * sessions that were published with or after them, and go first, so that one that was broken off finds the rest.
 * @returns documents
 */
export const deleteExpired = async (readModel: ReadModel, partition: number, { firstSequence, beforeMs }: Expired): Promise<number> => {
  const sessions = readModel.collection(SESSIONS);
  const filter: Filter<SessionDocument> = { partition, closedAtMs: { $lt: beforeMs }, sequence: { $lt: firstSequence } };
  let deleted = 0;
  for (;;) {
    const page = await sessions.findMany(filter, {
      sort: [{ field: 'closedAtMs', direction: 1 }],
      limit: DOCUMENTS_PER_DELETE,
      omit: ['header', 'clientKeys'],
    });
    if (page.length === 0) return deleted;
    const last = Math.max(...page.map(({ sequence }) => sequence));
    const hits: Filter<HitsDocument> = { partition, sequence: { $lte: last } };
    const erasures: Filter<ErasureDocument> = { partition, sequence: { $lte: last } };
    deleted += await deleteAll(readModel, SESSION_HITS, () =>
      readModel.collection(SESSION_HITS).findMany(hits, { sort: [], limit: DOCUMENTS_PER_DELETE, omit: ['lines', 'continues'] }),
    );
    deleted += await deleteAll(readModel, ERASURES, () =>
      readModel.collection(ERASURES).findMany(erasures, { sort: [], limit: DOCUMENTS_PER_DELETE }),
    );
    await readModel.deleteByIds(SESSIONS, idsOf(page));
    deleted += page.length;
  }
};

const deleteAll = async (
  readModel: ReadModel,
  collection: StoredCollection,
  find: () => Promise<readonly { readonly _id: string }[]>,
): Promise<number> => {
  let deleted = 0;
  for (;;) {
    const page = await find();
    if (page.length === 0) return deleted;
    await readModel.deleteByIds(collection, idsOf(page));
    deleted += page.length;
  }
};

const idsOf = (page: readonly { readonly _id: string }[]): readonly string[] => page.map(({ _id }) => _id);
