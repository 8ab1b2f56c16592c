import { isDeepStrictEqual } from 'node:util';
import type { Lease } from '@drawdown/partitions';
import type { CollectionDeclaration, ProjectedDocument, ReadModel } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import { PartitionOwner } from '../../application/partition/partition-owner.js';
import { findEventIn } from '../jetstream/usage-events.js';
import { CUSTOMERS, GRANTS, READY_METERS, USAGE_MINUTES } from '../mongo/documents.js';
import { FoldedDocuments } from '../mongo/folded-documents.js';
import { readHistory } from './history.js';
import type { Platform } from './platform.js';

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

/** Folds a partition from the beginning of the log and compares; nothing is applied to the documents meanwhile. */
export const audit = (platform: Platform, readModel: ReadModel, lease: Lease, owner: PartitionOwner): Promise<Audit> =>
  owner.whileStill(async () => {
    const folded = await fold(platform, readModel, lease, owner);
    const parts = [
      await compareAll(readModel, CUSTOMERS, lease.partition, folded),
      await compareAll(readModel, GRANTS, lease.partition, folded),
      await compareAll(readModel, USAGE_MINUTES, lease.partition, folded),
    ];
    return { documents: parts.reduce((sum, part) => sum + part.documents, 0), differences: parts.flatMap(part => part.differences) };
  });

const compareAll = async <T extends ProjectedDocument & { readonly partition: number }>(
  readModel: ReadModel,
  declaration: CollectionDeclaration<T>,
  partition: number,
  folded: FoldedDocuments,
): Promise<Audit> => {
  const expected = new Map(folded.documents.get(declaration.name));
  const differences: Difference[] = [];
  let documents = expected.size;
  for await (const stored of readModel.collection(declaration).scan({ partition } as Filter<T>)) {
    if (!expected.has(stored._id)) documents += 1;
    differences.push(...compare(declaration.name, stored, expected.get(stored._id)));
    expected.delete(stored._id);
  }
  for (const missing of expected.values()) differences.push(whole(declaration.name, missing._id, undefined, missing));
  return { documents, differences };
};

const fold = async (platform: Platform, readModel: ReadModel, lease: Lease, owner: PartitionOwner): Promise<FoldedDocuments> => {
  const ready = new Set<string>();
  for await (const { meterId } of readModel.collection(READY_METERS).scan({ partition: lease.partition })) ready.add(meterId);
  const documents = new FoldedDocuments(lease.partition, ready);
  const { ledger, subjects, clock, catalog, usageReader } = platform;
  const auditor = new PartitionOwner({
    store: documents,
    log: ledger,
    findEvent: findEventIn(usageReader, subjects),
    catalog,
    subjects,
    clock,
    observer: { onEffect: () => undefined },
    isHeld: () => lease.isHeld(),
    announcedThrough: () => Number.POSITIVE_INFINITY,
  });
  await readHistory(platform, lease.partition, 'entitlements', owner.ledgerSequence, batch => auditor.apply(batch));
  await readHistory(platform, lease.partition, 'usage', owner.usageSequence, batch => auditor.apply(batch));
  return documents;
};

const compare = (collection: string, storedDocument: ProjectedDocument, foldedDocument: ProjectedDocument | undefined): Difference[] => {
  if (foldedDocument === undefined) return [whole(collection, storedDocument._id, storedDocument, undefined)];
  const stored: Readonly<Record<string, unknown>> = { ...storedDocument };
  const folded: Readonly<Record<string, unknown>> = { ...foldedDocument };
  const fields = [...new Set([...Object.keys(stored), ...Object.keys(folded)])].filter(field => !NOT_COMPARED.includes(field));
  return fields
    .filter(field => !isDeepStrictEqual(plain(stored[field]), plain(folded[field])))
    .map(field => ({ collection, documentId: storedDocument._id, field, stored: stored[field], folded: folded[field] }));
};

/** As it reads, whatever classes the driver makes of it. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown));

const whole = (collection: string, documentId: string, stored: unknown, folded: unknown): Difference => ({
  collection,
  documentId,
  field: '',
  stored,
  folded,
});
