import type { KeyOf, Kind } from '../../application/aggregates/kinds.js';
import { numberId } from './ids.js';

/** By kind, the id of an aggregate's document among those of its kind. */
const IDS: { readonly [K in Kind]: (key: KeyOf<K>) => string } = {
  pool: numberId,
  reservation: numberId,
  nonce: ([customerTid, nonce]) => `${numberId(customerTid)}/${nonce}`,
  counter: name => name,
  party: numberId,
  node: nodeId => nodeId,
  farm: numberId,
};

export const documentId = <K extends Kind>(kind: K, key: KeyOf<K>): string => IDS[kind](key);

/** Snapshots of all kinds lie together. */
export const snapshotId = <K extends Kind>(kind: K, key: KeyOf<K>): string => `${kind}/${documentId(kind, key)}`;
