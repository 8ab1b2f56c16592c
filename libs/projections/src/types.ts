import type { IndexDirection } from 'mongodb';

/** Every projected document has a string id; what else it holds is its owner's matter. */
export interface ProjectedDocument {
  readonly _id: string;
}

/** What a flush adds to each document. Neither field takes part in comparisons (design §3.5). */
export interface Stamp {
  /** Epoch of the lease under which it was written (design §3.9). */
  readonly epoch: number;
  /** When it was written, milliseconds since 1970 by the server's clock. */
  readonly writtenAtMs: number;
}

export interface IndexDeclaration {
  readonly key: Readonly<Record<string, IndexDirection>>;
  readonly unique?: boolean;
}

/** A collection as the database knows it. */
export interface StoredCollection {
  /** Name without generation, for instance `entitlement_balances`. */
  readonly name: string;
  /** The fields that hold the sequence of every stream a document was folded from: at least one. */
  readonly sequences: readonly string[];
  readonly indexes: readonly IndexDeclaration[];
}

/** A collection, declared beside the type of its documents. */
export interface CollectionDeclaration<T extends ProjectedDocument> extends StoredCollection {
  readonly sequences: readonly (keyof T & string)[];
}

/** A document to be stored whole, unless the stored one is newer in any of its sequences. Made by {@link projectionWrite}. */
export interface ProjectionWrite {
  readonly collection: StoredCollection;
  readonly document: ProjectedDocument;
}

export const projectionWrite = <T extends ProjectedDocument>(collection: CollectionDeclaration<T>, document: T): ProjectionWrite => ({
  collection,
  document,
});

/**
 * Why a write was not stored.
 * `SUPERSEDED`: the stored document is at least as new in every sequence, so ours can be dropped.
 * `DIVERGED`: it is newer in one and older in another; ours stays dirty until it has caught up.
 */
export type RefusedBecause = 'SUPERSEDED' | 'DIVERGED';

export interface RefusedWrite {
  readonly write: ProjectionWrite;
  readonly because: RefusedBecause;
}

export interface FlushResult {
  readonly written: number;
  readonly refused: readonly RefusedWrite[];
}

/** Up to where a partition's input is in the documents: last sequence by stream. */
export interface Watermark {
  readonly sequences: Readonly<Record<string, number>>;
}
