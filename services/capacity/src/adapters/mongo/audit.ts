import type { CollectionDeclaration, ProjectedDocument, ProjectionWrite, ReadModel, Stamp } from '@drawdown/projections';
import { Long } from 'mongodb';
import { AGGREGATE_SNAPSHOTS, FARMS, NODES, PARTIES, POOL_MEMBERS, POOL_SEGMENTS, POOLS, RESERVATIONS } from './documents.js';
import type { FoldedDocuments } from './folded-documents.js';

export interface Difference {
  readonly collection: string;
  readonly documentId: string;
  /** Empty when the whole document is missing or too many. */
  readonly field: string;
  /** JSON; empty when there is nothing. */
  readonly stored: string;
  readonly folded: string;
}

export interface Audit {
  readonly documents: number;
  readonly differences: readonly Difference[];
}

interface Partitioned extends ProjectedDocument {
  readonly partition: number;
  readonly streamSeq: number;
}

const AUDITED = [
  POOLS,
  POOL_MEMBERS,
  POOL_SEGMENTS,
  RESERVATIONS,
  PARTIES,
  NODES,
  FARMS,
  AGGREGATE_SNAPSHOTS,
] as readonly unknown[] as readonly CollectionDeclaration<Partitioned>[];

/** When and under which epoch a document was written is no part of what it says (design §3.5). */
const NOT_COMPARED: readonly string[] = ['epoch', 'writtenAt'];

/** Compares a partition's documents, field by field, with those that the log comes to; nothing may be applied to them meanwhile. */
export const compareDocuments = async (readModel: ReadModel, partition: number, folded: FoldedDocuments): Promise<Audit> => {
  let documents = 0;
  const differences: Difference[] = [];
  for (const declaration of AUDITED) {
    const found = await compareCollection(readModel, declaration, partition, folded);
    documents += found.documents;
    differences.push(...found.differences);
  }
  return { documents, differences };
};

/**
 * Puts the documents in question right: what is too many goes, and what is wrong or missing is written as the log has it.
 * @returns documents written or removed
 */
export const repairDocuments = async (
  readModel: ReadModel,
  { differences }: Audit,
  folded: FoldedDocuments,
  stamp: Stamp,
): Promise<number> => {
  let repaired = 0;
  for (const declaration of AUDITED) {
    const ofCollection = differences.filter(({ collection }) => collection === declaration.name);
    const ids = [...new Set(ofCollection.map(({ documentId }) => documentId))];
    // A wrong one may claim to be newer than the log is, and would not be replaced.
    await readModel.deleteByIds(declaration, ids);
    await readModel.flush(
      ids.flatMap(id => folded.writesOf(declaration.name).get(id) ?? []),
      stamp,
    );
    repaired += ids.length;
  }
  return repaired;
};

const compareCollection = async (
  readModel: ReadModel,
  declaration: CollectionDeclaration<Partitioned>,
  partition: number,
  folded: FoldedDocuments,
): Promise<Audit> => {
  const expected = new Map<string, ProjectionWrite>(folded.writesOf(declaration.name));
  const differences: Difference[] = [];
  let documents = expected.size;
  for await (const stored of readModel.collection(declaration).scan({ partition })) {
    const wanted = expected.get(stored._id);
    if (wanted === undefined) documents += 1;
    differences.push(...compare(declaration.name, stored, wanted?.document as Partitioned | undefined));
    expected.delete(stored._id);
  }
  for (const { document } of expected.values()) {
    if (!mayBeMissing(declaration.name, document)) differences.push(whole(declaration.name, document._id, undefined, document));
  }
  return { documents, differences };
};

/** Snapshots of large pools are written now and then; one that is older than the pool, or was never written, costs time and says nothing wrong. */
const isPoolSnapshot = (collection: string, document: ProjectedDocument): boolean =>
  collection === AGGREGATE_SNAPSHOTS.name && document._id.startsWith('pool/');

const mayBeMissing = isPoolSnapshot;

const compare = (collection: string, stored: Partitioned, folded: Partitioned | undefined): Difference[] => {
  if (folded === undefined) return [whole(collection, stored._id, stored, undefined)];
  if (isPoolSnapshot(collection, stored) && stored.streamSeq < folded.streamSeq) return [];
  const [left, right] = [fieldsOf(stored), fieldsOf(folded)];
  const fields = [...new Set([...left.keys(), ...right.keys()])].filter(field => !NOT_COMPARED.includes(field));
  return fields.flatMap(field => {
    const [here, there] = [shown(left.get(field)), shown(right.get(field))];
    return here === there ? [] : [{ collection, documentId: stored._id, field, stored: here, folded: there }];
  });
};

const fieldsOf = (document: object): ReadonlyMap<string, unknown> => new Map(Object.entries(document));

const whole = (collection: string, documentId: string, stored: object | undefined, folded: object | undefined): Difference => ({
  collection,
  documentId,
  field: '',
  stored: shown(stored),
  folded: shown(folded),
});

/** As text with sorted names: a database may answer fields in another order. */
const shown = (value: unknown): string => (value === undefined ? '' : JSON.stringify(plain(value)));

/** Integers read the same whatever class the driver makes of them. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint' || typeof value === 'number' || Long.isLong(value)) return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, entry]) => [name, plain(entry)]));
};
