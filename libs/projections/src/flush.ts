import { MongoBulkWriteError, type AnyBulkWriteOperation, type Collection, type Filter } from 'mongodb';
import { ProjectionUnavailable } from './faults.js';
import type { FlushResult, ProjectedDocument, ProjectionWrite, RefusedWrite, Stamp, StoredCollection } from './types.js';

const DUPLICATE_KEY = 11_000;
/** A race for a document that is being inserted is decided after one repetition; more means that somebody keeps deleting. */
const ATTEMPTS_MAX = 4;

/** Fields are looked up by the names that a declaration gives. */
type Stored = ProjectedDocument & Readonly<Record<string, unknown>>;

/** Sequences are missing from no document that was written here, so a document without one is not ours: treat it as the oldest. */
const sequenceOf = (document: Stored, field: string): number => {
  const value = document[field];
  return typeof value === 'number' ? value : -1;
};

const isStamped = (stamp: Stamp): { epoch: number; writtenAt: Date } => ({ epoch: stamp.epoch, writtenAt: new Date(stamp.writtenAtMs) });

/** `{_id, a: {$lte: a}, b: {$lte: b}}`: the stored document is nowhere newer than ours. */
const guardOf = (declaration: StoredCollection, document: ProjectedDocument): Filter<Stored> => {
  const guard: Record<string, unknown> = { _id: document._id };
  for (const field of declaration.sequences) guard[field] = { $lte: sequenceOf(document as Stored, field) };
  return guard;
};

const compare = (declaration: StoredCollection, stored: Stored, ours: Stored): 'NEWER_OR_SAME' | 'OLDER' | 'MIXED' => {
  const pairs = declaration.sequences.map(field => [sequenceOf(stored, field), sequenceOf(ours, field)] as const);
  if (pairs.every(([there, here]) => there <= here)) return 'OLDER';
  return pairs.every(([there, here]) => there >= here) ? 'NEWER_OR_SAME' : 'MIXED';
};

/** Indexes of the writes that met a document they may not replace; every other failure is a fault. */
const refusedIndexes = (error: unknown, what: string): number[] => {
  if (!(error instanceof MongoBulkWriteError)) throw new ProjectionUnavailable(what, error);
  const failures = [error.writeErrors].flat();
  // The driver gives a lost connection this class too: then it names no failure, and nobody knows what was stored.
  const isUnknown = failures.length === 0 || error.result.getWriteConcernError() !== undefined;
  if (isUnknown || failures.some(failure => failure.code !== DUPLICATE_KEY)) {
    throw new ProjectionUnavailable(what, error);
  }
  return failures.map(failure => failure.index);
};

/**
 * Stores the documents of one collection in one unordered bulk write.
 *
 * A duplicate key usually says "newer is there". It also happens when two writers insert the same id at once and the older one
 * wins the race, so what is stored is read again for the refused ones, and an older document is replaced after all.
 */
export const flushCollection = async (
  collection: Collection<Stored>,
  declaration: StoredCollection,
  writes: readonly ProjectionWrite[],
  stamp: Stamp,
): Promise<FlushResult> => {
  const stamped = isStamped(stamp);
  const what = `writing ${writes.length} documents of ${declaration.name}`;
  const refused: RefusedWrite[] = [];
  let pending = writes;
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    if (attempt > ATTEMPTS_MAX) throw new ProjectionUnavailable(what, new Error(`still undecided after ${ATTEMPTS_MAX} attempts`));
    const operations = pending.map((write): AnyBulkWriteOperation<Stored> => ({
      replaceOne: { filter: guardOf(declaration, write.document), replacement: { ...write.document, ...stamped }, upsert: true },
    }));
    const attempted = pending;
    const indexes = await collection.bulkWrite(operations, { ordered: false }).then(
      () => [],
      (error: unknown) => refusedIndexes(error, what),
    );
    const met = indexes.map(index => attempted[index]).filter(write => write !== undefined);
    const decided = await whyRefused(collection, declaration, met, what);
    refused.push(...decided.refused);
    pending = decided.retry;
  }
  return { written: writes.length - refused.length, refused };
};

const whyRefused = async (
  collection: Collection<Stored>,
  declaration: StoredCollection,
  writes: readonly ProjectionWrite[],
  what: string,
): Promise<{ refused: RefusedWrite[]; retry: ProjectionWrite[] }> => {
  if (writes.length === 0) return { refused: [], retry: [] };
  const projection = Object.fromEntries(declaration.sequences.map(field => [field, 1]));
  const found = await collection
    .find({ _id: { $in: writes.map(write => write.document._id) } }, { projection })
    .toArray()
    .catch((error: unknown) => {
      throw new ProjectionUnavailable(what, error);
    });
  const stored = new Map(found.map(document => [document._id, document]));
  const refused: RefusedWrite[] = [];
  const retry: ProjectionWrite[] = [];
  for (const write of writes) {
    const there = stored.get(write.document._id);
    const order = there === undefined ? 'OLDER' : compare(declaration, there, write.document as Stored);
    if (order === 'OLDER') retry.push(write);
    else refused.push({ write, because: order === 'MIXED' ? 'DIVERGED' : 'SUPERSEDED' });
  }
  return { refused, retry };
};
