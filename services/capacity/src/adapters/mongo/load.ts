import type { CollectionDeclaration, ProjectedDocument } from '@drawdown/projections';
import type { Address } from '../../application/aggregates/aggregates.js';
import { DEFINITIONS } from '../../application/aggregates/definitions.js';
import type { Kind } from '../../application/aggregates/kinds.js';
import { AGGREGATES_PER_LOAD_MAX, type StoredAggregate } from '../../application/store.js';
import { documentId, snapshotId } from './aggregate-ids.js';
import { AGGREGATE_SNAPSHOTS, FARMS, NODES, PARTIES, POOLS, RESERVATIONS, type WholeDocument, type Written } from './documents.js';
import { fromDbState } from './written-state.js';

/** Where documents are found: a generation of the read model, or the memory of an audit. */
export interface DocumentSource {
  findByIds<T extends ProjectedDocument>(declaration: CollectionDeclaration<T>, ids: readonly string[]): Promise<readonly T[]>;
}

/** What a document or a snapshot says of an aggregate. */
interface Found extends Written, ProjectedDocument {
  readonly streamSeq: number;
  readonly changedAt: Date;
}

/** The collection that holds the whole of a kind; absent: snapshots do. */
const WHOLE: { readonly [K in Kind]: CollectionDeclaration<WholeDocument> | undefined } = {
  pool: undefined,
  reservation: RESERVATIONS as CollectionDeclaration<WholeDocument>,
  nonce: undefined,
  counter: undefined,
  party: PARTIES as CollectionDeclaration<WholeDocument>,
  node: NODES as CollectionDeclaration<WholeDocument>,
  farm: FARMS,
};

/** Those of the aggregates that are stored. @throws Fault `PROJECTION_UNAVAILABLE` */
export const loadAggregates = async (source: DocumentSource, addresses: readonly Address<Kind>[]): Promise<readonly StoredAggregate[]> => {
  const stored: StoredAggregate[] = [];
  for (let start = 0; start < addresses.length; start += AGGREGATES_PER_LOAD_MAX) {
    const byKind = new Map<Kind, Address<Kind>[]>();
    for (const address of addresses.slice(start, start + AGGREGATES_PER_LOAD_MAX)) {
      byKind.set(address.kind, [...(byKind.get(address.kind) ?? []), address]);
    }
    for (const [kind, ofKind] of byKind) stored.push(...(await loadKind(source, kind, ofKind)));
  }
  return stored;
};

const loadKind = async <K extends Kind>(source: DocumentSource, kind: K, addresses: readonly Address<K>[]): Promise<StoredAggregate[]> => {
  const whole = WHOLE[kind];
  const idOf = ({ key }: Address<K>): string => (whole === undefined ? snapshotId(kind, key) : documentId(kind, key));
  const found = await source.findByIds<Found>((whole ?? AGGREGATE_SNAPSHOTS) as CollectionDeclaration<Found>, addresses.map(idOf));
  const byId = new Map(found.map(document => [document._id, document]));
  const ends = kind === 'pool' ? await endsOfPools(source, addresses) : new Map<string, number>();
  return addresses.flatMap(address => {
    const end = ends.get(documentId(kind, address.key));
    const document = byId.get(idOf(address));
    return document === undefined && end === undefined ? [] : [storedOf(address, document, end ?? 0)];
  });
};

/** Snapshots of large pools are older than their documents. */
const endsOfPools = async (source: DocumentSource, addresses: readonly Address<Kind>[]): Promise<ReadonlyMap<string, number>> => {
  const pools = await source.findByIds(
    POOLS,
    addresses.map(({ kind, key }) => documentId(kind, key)),
  );
  return new Map(pools.map(({ _id, streamSeq }) => [_id, streamSeq]));
};

const storedOf = <K extends Kind>(address: Address<K>, found: Found | undefined, end: number): StoredAggregate<K> => {
  const state = found === undefined ? undefined : fromDbState(address.kind, found);
  if (found === undefined || state === undefined) {
    return { address, state: DEFINITIONS[address.kind].decider.initialState, sequence: 0, timeMs: 0, isCurrent: false };
  }
  return { address, state, sequence: found.streamSeq, timeMs: found.changedAt.getTime(), isCurrent: found.streamSeq >= end };
};
