import { PartitionReader } from '@drawdown/partitions';
import type { CollectionDeclaration, ProjectedDocument, ReadModel } from '@drawdown/projections';
import { Binary, type Filter } from 'mongodb';
import { createHash } from 'node:crypto';
import type { SessionLogEntry } from '../../application/views/session-log.js';
import { SessionViewFold } from '../../application/views/session-view-fold.js';
import { decodeSessionMessage } from '../jetstream/session-decode.js';
import { CONTEXT, chunkAt, loggedEntry, type SessionLogAccess } from '../jetstream/session-log-access.js';
import { ERASURES, SESSIONS, SESSION_HITS } from './documents.js';
import { FoldedViews } from './folded-views.js';
import type { ViewReader } from './view-reader.js';

export interface Difference {
  readonly collection: string;
  readonly documentId: string;
  /** Empty when the whole document is missing or too many. */
  readonly field: string;
  readonly stored: unknown;
  readonly folded: unknown;
}

export interface Audit {
  readonly documents: number;
  readonly differences: readonly Difference[];
}

/** When and under which epoch a document was written is no part of what it says (design §3.5). */
const NOT_COMPARED: readonly string[] = ['epoch', 'writtenAt'];

/** Folds a partition from the beginning of the stream into memory and compares: as large as the partition's hits, so one at a time. */
export const audit = (access: SessionLogAccess, partition: number, view: ViewReader, readModel: ReadModel): Promise<Audit> =>
  view.whileStill(async sequence => {
    const folded = new FoldedViews(partition);
    await foldThrough(access, partition, sequence, folded);
    const parts = [
      await compareAll(readModel, SESSIONS, partition, folded.sessions),
      await compareAll(readModel, SESSION_HITS, partition, folded.hits),
      await compareAll(readModel, ERASURES, partition, folded.erased),
    ];
    return { documents: parts.reduce((sum, part) => sum + part.documents, 0), differences: parts.flatMap(part => part.differences) };
  });

const foldThrough = async (access: SessionLogAccess, partition: number, sequence: number, store: FoldedViews): Promise<void> => {
  if (sequence === 0) return;
  const { nats, prefix, subjects, isSetAside } = access;
  const fold = new SessionViewFold({ store, readAgain: at => chunkAt(access, at) });
  const reader = new PartitionReader<SessionLogEntry | undefined>({
    nats,
    prefix,
    service: CONTEXT,
    partition,
    inputs: [{ stream: 'sessions', filters: number => subjects.filters('sessions', number) }],
    isSetAside,
    processor: {
      // Dead letters were copied when the messages were first read.
      decode: message => {
        const decoded = decodeSessionMessage(subjects, message);
        return { ok: true, value: decoded.ok ? decoded.value : undefined };
      },
      apply: batch => fold.apply(batch.filter(({ message }) => message.sequence <= sequence).map(loggedEntry)),
    },
  });
  await reader.start({});
  try {
    // The last message may have expired meanwhile; then nothing is left to read.
    await Promise.race([reader.reached('sessions', sequence), reader.caughtUp()]);
  } finally {
    await reader.stop();
  }
};

const compareAll = async <T extends ProjectedDocument & { readonly partition: number }>(
  readModel: ReadModel,
  declaration: CollectionDeclaration<T>,
  partition: number,
  folded: ReadonlyMap<string, T>,
): Promise<Audit> => {
  const expected = new Map(folded);
  const differences: Difference[] = [];
  let documents = expected.size;
  for await (const stored of readModel.collection(declaration).scan({ partition } as Filter<T>)) {
    if (!expected.has(stored._id)) documents += 1;
    differences.push(...compare(declaration.name, stored, expected.get(stored._id)));
    expected.delete(stored._id);
  }
  for (const missing of expected.values()) differences.push(whole(declaration.name, missing._id, undefined, plain(missing)));
  return { documents, differences };
};

const compare = (collection: string, storedDocument: ProjectedDocument, foldedDocument: ProjectedDocument | undefined): Difference[] => {
  if (foldedDocument === undefined) return [whole(collection, storedDocument._id, plain(storedDocument), undefined)];
  const stored: Readonly<Record<string, unknown>> = { ...storedDocument };
  const folded: Readonly<Record<string, unknown>> = { ...foldedDocument };
  const fields = [...new Set([...Object.keys(stored), ...Object.keys(folded)])].filter(field => !NOT_COMPARED.includes(field));
  return fields
    .map(field => ({ collection, documentId: storedDocument._id, field, stored: plain(stored[field]), folded: plain(folded[field]) }))
    .filter(difference => canonical(difference.stored) !== canonical(difference.folded));
};

/** Of bytes the digest: hits of people have no place in a report. */
const plain = (value: unknown): unknown => {
  if (value instanceof Binary) return createHash('sha256').update(value.buffer.subarray(0, value.position)).digest('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]): [string, unknown] => [name, plain(entry)]));
};

/** As text with sorted names: a database may answer fields in another order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? Object.fromEntries(Object.entries(entry).sort(byName)) : entry,
  ) ?? '';

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const whole = (collection: string, documentId: string, stored: unknown, folded: unknown): Difference => ({
  collection,
  documentId,
  field: '',
  stored,
  folded,
});
