import { idIndexCollection, type CollectionDeclaration, type ProjectedDocument, type ReadModelDeclaration } from '@drawdown/projections';
import type { Dimension, PoolStatus, ReservationStatus, StayState } from '../../domain/index.js';
import type { AmountsDocument, Int64 } from './int64.js';

/** What every document of an aggregate, or of a part of one, says (capacity §13.4). */
interface Placed extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  /** The message that changed it last. */
  readonly streamSeq: number;
}

/** A state, written down to go on from. */
export interface Written {
  /** Text of another format is not read. */
  readonly format: string;
  readonly state: string;
}

/** `_id`: the pool's number. */
export interface PoolDocument extends Placed, Written {
  readonly owner: Int64;
  /** 0 for none. */
  readonly sponsor: Int64;
  readonly nodeIds: readonly string[];
  /** Milliunit-seconds at `asOf`. */
  readonly balance: AmountsDocument;
  /** Milliunits. */
  readonly rate: AmountsDocument;
  readonly heldRate: AmountsDocument;
  readonly unfunded: AmountsDocument;
  /** Seconds since 1970, as are the other instants; never is the largest integer. */
  readonly asOf: Int64;
  readonly emptyAt: Int64;
  /** Absent when no dimension ever empties. */
  readonly emptyDimension?: Dimension;
  readonly status: PoolStatus;
  /** When the pool has something to do next: what the timer goes by. */
  readonly dueAt: Int64;
  readonly memberCount: number;
  readonly holdCount: number;
}

/** A workload's stay in a pool; `_id`: both numbers. One that has left stays, as `released`. */
export interface PoolMemberDocument extends Placed {
  readonly poolId: Int64;
  readonly workloadId: Int64;
  readonly rates: AmountsDocument;
  readonly formulaVersion: number;
  /** Empty where nobody said. */
  readonly nodeId: string;
  /** Absent of one that never drained. */
  readonly since?: Int64;
  readonly state: StayState;
  readonly until: Int64;
}

/** A stretch of draining; `_id`: the pool's number and `from`. */
export interface PoolSegmentDocument extends Placed {
  readonly poolId: Int64;
  readonly from: Int64;
  readonly to: Int64;
  readonly rates: AmountsDocument;
  readonly drained: AmountsDocument;
  readonly unfunded: AmountsDocument;
}

/** A document that holds the whole of a small aggregate. */
export interface WholeDocument extends Placed, Written {
  /** No command is decided earlier than this. */
  readonly changedAt: Date;
}

/** `_id`: the reservation's number. */
export interface ReservationDocument extends WholeDocument {
  readonly poolId: Int64;
  readonly customerTid: Int64;
  readonly status: ReservationStatus;
  /** Last second at which a payment counts. */
  readonly expiresAt: Int64;
  /** Absent where the signed text has none. */
  readonly nonce?: string;
  /** Whether it waits for money. */
  readonly isUnpaid: boolean;
}

/** `_id`: the party's tid. */
export interface PartyDocument extends WholeDocument {
  readonly isTrustedChannel: boolean;
}

/** `_id`: the node's id. */
export interface NodeDocument extends WholeDocument {
  readonly farmId: Int64;
  readonly isGone: boolean;
}

/** `_id`: the farm's number. */
export type FarmDocument = WholeDocument;

/** `_id`: kind and key. What an aggregate goes on from that has no document of its own, or whose document is not the whole of it. */
export interface SnapshotDocument extends Written, ProjectedDocument {
  readonly partition: number;
  readonly kind: string;
  readonly streamSeq: number;
  readonly changedAt: Date;
}

export const POOLS: CollectionDeclaration<PoolDocument> = {
  name: 'pools',
  sequences: ['streamSeq'],
  indexes: [
    { key: { namespace: 1, _id: 1 } },
    { key: { namespace: 1, owner: 1, _id: 1 } },
    { key: { namespace: 1, sponsor: 1, _id: 1 } },
    { key: { namespace: 1, nodeIds: 1 } },
    { key: { namespace: 1, emptyAt: 1, _id: 1 } },
    { key: { namespace: 1, dueAt: 1, _id: 1 } },
    { key: { namespace: 1, status: 1, _id: 1 } },
    { key: { partition: 1, dueAt: 1, _id: 1 } },
  ],
};

export const POOL_MEMBERS: CollectionDeclaration<PoolMemberDocument> = {
  name: 'pool_members',
  sequences: ['streamSeq'],
  indexes: [
    { key: { partition: 1 } },
    { key: { poolId: 1, workloadId: 1 } },
    { key: { namespace: 1, nodeId: 1, _id: 1 } },
    { key: { state: 1, until: 1 } },
  ],
};

export const POOL_SEGMENTS: CollectionDeclaration<PoolSegmentDocument> = {
  name: 'pool_segments',
  sequences: ['streamSeq'],
  indexes: [{ key: { partition: 1 } }, { key: { poolId: 1, from: 1 } }],
};

export const RESERVATIONS: CollectionDeclaration<ReservationDocument> = {
  name: 'reservations',
  sequences: ['streamSeq'],
  indexes: [
    { key: { namespace: 1, _id: 1 } },
    { key: { poolId: 1, _id: 1 } },
    { key: { customerTid: 1, _id: 1 } },
    { key: { status: 1, expiresAt: 1 } },
    { key: { customerTid: 1, nonce: 1 } },
    { key: { partition: 1, isUnpaid: 1, _id: 1 } },
  ],
};

export const PARTIES: CollectionDeclaration<PartyDocument> = {
  name: 'parties',
  sequences: ['streamSeq'],
  indexes: [{ key: { partition: 1 } }, { key: { namespace: 1, _id: 1 } }],
};

export const NODES: CollectionDeclaration<NodeDocument> = {
  name: 'nodes',
  sequences: ['streamSeq'],
  indexes: [{ key: { partition: 1 } }, { key: { namespace: 1, _id: 1 } }, { key: { namespace: 1, farmId: 1, _id: 1 } }],
};

export const FARMS: CollectionDeclaration<FarmDocument> = {
  name: 'farms',
  sequences: ['streamSeq'],
  indexes: [{ key: { partition: 1 } }, { key: { namespace: 1, _id: 1 } }],
};

export const AGGREGATE_SNAPSHOTS: CollectionDeclaration<SnapshotDocument> = {
  name: 'aggregate_snapshots',
  sequences: ['streamSeq'],
  indexes: [{ key: { partition: 1 } }],
};

export const COMMAND_IDS = idIndexCollection('command_ids');

/** Everything that is folded, thrown away and rebuilt together (design §3.5). */
export const CAPACITY_READ_MODEL: ReadModelDeclaration = {
  name: 'capacity',
  collections: [POOLS, POOL_MEMBERS, POOL_SEGMENTS, RESERVATIONS, PARTIES, NODES, FARMS, AGGREGATE_SNAPSHOTS, COMMAND_IDS],
};
