import { Fault } from '@drawdown/errors';
import type { ProjectedDocument, ProjectionCollection } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import type { FoundPage } from '../../../application/queries/ports.js';

/** What is read of a page: where it begins, in which order, and how many. */
export interface DocumentsWanted<T> {
  /** Fields before `_id`, ascending. */
  readonly sort: readonly (keyof T & string)[];
  readonly limit: number;
  /** Sort fields and `_id` of the last document before; absent: from the beginning. */
  readonly after: Partial<T> | undefined;
}

/** One page; `place` says of the last document where the next begins. */
export const findPage = async <T extends ProjectedDocument, Item, Place>(
  collection: ProjectionCollection<T>,
  filter: Filter<T>,
  { sort, limit, after }: DocumentsWanted<T>,
  read: { readonly item: (document: T) => Item; readonly place: (document: T) => Place },
): Promise<FoundPage<Item, Place>> => {
  const found = await collection.findMany(filter, {
    sort: sort.map(field => ({ field, direction: 1 })),
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(read.item), next: found.length > limit && last !== undefined ? read.place(last) : undefined };
};

/** Thrown for a document that this build cannot read; folding the log again repairs it. */
export const unreadable = (collection: string, documentId: string, cause?: unknown): Fault => {
  const why = cause instanceof Error ? cause.message : 'another version has written it';
  const metadata = { collection, documentId };
  return new Fault('DOCUMENT_OUTDATED', `document ${documentId} of ${collection} cannot be read (${why}): rebuild`, metadata, { cause });
};
