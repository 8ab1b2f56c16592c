import { projectionWrite, type ProjectionWrite } from '@drawdown/projections';
import type { Kind, StateOf } from '../../application/aggregates/kinds.js';
import type { Image } from '../../application/store.js';
import { owedByReservation } from '../../domain/index.js';
import { documentId, snapshotId } from './aggregate-ids.js';
import {
  AGGREGATE_SNAPSHOTS,
  FARMS,
  NODES,
  PARTIES,
  POOL_MEMBERS,
  POOL_SEGMENTS,
  POOLS,
  RESERVATIONS,
  type WholeDocument,
} from './documents.js';
import { toDbHorizon, toDbInt64 } from './int64.js';
import { toDbPool, toDbSegment, toDbStay } from './map-pool.js';
import { toDbState } from './written-state.js';

/** What becomes of an image, in the order in which it is stored. */
export interface ImageDocuments {
  /** Of a pool: one for each workload that changed and for each stretch of draining. */
  readonly parts: readonly ProjectionWrite[];
  /** What lists show. After its parts, since it says how many there are. */
  readonly whole: readonly ProjectionWrite[];
  /**
   * What an aggregate goes on from. Last: whoever goes on from a snapshot never folds again what is in it, and so never stores again what
   * should have been stored before it.
   */
  readonly snapshots: readonly ProjectionWrite[];
}

/** An image of an aggregate that has begun. */
interface Present<K extends Kind> extends Image<K> {
  readonly state: NonNullable<StateOf<K>>;
}

/** Far below the 16 MiB of a document. A state beyond is read from the log. */
const SNAPSHOT_CHARACTERS_MAX = 8_000_000;

const NOTHING_TO_STORE: ImageDocuments = { parts: [], whole: [], snapshots: [] };

const snapshotOf = <K extends Kind>(partition: number, { address, state, sequence, timeMs }: Present<K>): readonly ProjectionWrite[] => {
  const { kind, key } = address;
  const written = toDbState(kind, state);
  if (written.state.length > SNAPSHOT_CHARACTERS_MAX) return [];
  const document = { _id: snapshotId(kind, key), partition, kind, streamSeq: sequence, changedAt: new Date(timeMs), ...written };
  return [projectionWrite(AGGREGATE_SNAPSHOTS, document)];
};

const poolDocuments = (partition: number, image: Present<'pool'>): ImageDocuments => {
  const { state, sequence, stays, segments, writeSnapshot } = image;
  return {
    parts: [
      ...Array.from(stays.values(), stay => projectionWrite(POOL_MEMBERS, toDbStay(partition, state, stay))),
      ...segments.map(segment => projectionWrite(POOL_SEGMENTS, toDbSegment(partition, state, segment))),
    ],
    whole: [projectionWrite(POOLS, toDbPool(partition, state, sequence))],
    snapshots: writeSnapshot ? snapshotOf(partition, image) : [],
  };
};

const wholeOf = <K extends Kind>(partition: number, image: Present<K>, namespace: string): WholeDocument => ({
  _id: documentId(image.address.kind, image.address.key),
  partition,
  namespace,
  streamSeq: image.sequence,
  changedAt: new Date(image.timeMs),
  ...toDbState(image.address.kind, image.state),
});

const wholeAlone = (write: ProjectionWrite): ImageDocuments => ({ ...NOTHING_TO_STORE, whole: [write] });

const reservationDocuments = (partition: number, image: Present<'reservation'>): ImageDocuments => {
  const { namespace, poolId, customerTid, status, payment, nonce } = image.state;
  const document = {
    ...wholeOf(partition, image, namespace),
    poolId: toDbInt64(poolId),
    customerTid: toDbInt64(customerTid),
    status,
    expiresAt: toDbHorizon(payment?.expiresAt),
    ...(nonce === undefined ? {} : { nonce }),
    isUnpaid: owedByReservation(image.state).length > 0,
  };
  return wholeAlone(projectionWrite(RESERVATIONS, document));
};

const partyDocuments = (partition: number, image: Present<'party'>): ImageDocuments => {
  const { namespace, isTrustedChannel } = image.state;
  return wholeAlone(projectionWrite(PARTIES, { ...wholeOf(partition, image, namespace), isTrustedChannel }));
};

const nodeDocuments = (partition: number, image: Present<'node'>): ImageDocuments => {
  const { namespace, farmId, isGone } = image.state;
  return wholeAlone(projectionWrite(NODES, { ...wholeOf(partition, image, namespace), farmId: toDbInt64(farmId), isGone }));
};

const farmDocuments = (partition: number, image: Present<'farm'>): ImageDocuments =>
  wholeAlone(projectionWrite(FARMS, wholeOf(partition, image, image.state.namespace)));

const snapshotAlone = <K extends Kind>(partition: number, image: Present<K>): ImageDocuments => ({
  ...NOTHING_TO_STORE,
  snapshots: snapshotOf(partition, image),
});

const DOCUMENTS: { readonly [K in Kind]: (partition: number, image: Present<K>) => ImageDocuments } = {
  pool: poolDocuments,
  reservation: reservationDocuments,
  nonce: snapshotAlone,
  counter: snapshotAlone,
  party: partyDocuments,
  node: nodeDocuments,
  farm: farmDocuments,
};

/** The documents of an image, and nothing of an aggregate that has not begun. */
export const documentsOf = <K extends Kind>(partition: number, image: Image<K>): ImageDocuments =>
  image.state === undefined ? NOTHING_TO_STORE : DOCUMENTS[image.address.kind](partition, image as Present<K>);
