import type { RecordedAt } from '../at-instant.js';
import type { Cargo, TransferPurpose } from './state.js';

/** What leaves is held under the transfer's id until it has arrived or comes back. */
export interface CapacityTransferredOut extends RecordedAt, Cargo {
  readonly type: 'capacity-transferred-out';
  readonly transferId: string;
  readonly peer: number;
  readonly owner: number;
  readonly purpose: TransferPurpose;
  readonly isConsented: boolean;
}

export interface CapacityTransferredIn extends RecordedAt, Cargo {
  readonly type: 'capacity-transferred-in';
  readonly transferId: string;
  readonly peer: number;
}

/** The other pool has it. */
export interface CapacityTransferSettled extends RecordedAt {
  readonly type: 'capacity-transfer-settled';
  readonly transferId: string;
  readonly peer: number;
}

/** The other pool refused it; it comes back once that pool has made sure that it never arrives. */
export interface CapacityTransferRefused extends RecordedAt {
  readonly type: 'capacity-transfer-refused';
  readonly transferId: string;
  readonly peer: number;
  readonly code: string;
}

/** Of the other pool: what it refused never arrives. */
export interface CapacityTransferVoided extends RecordedAt {
  readonly type: 'capacity-transfer-voided';
  readonly transferId: string;
  readonly peer: number;
}

/** It is back. */
export interface CapacityTransferReturned extends RecordedAt, Cargo {
  readonly type: 'capacity-transfer-returned';
  readonly transferId: string;
  readonly peer: number;
  readonly purpose: TransferPurpose;
  readonly code: string;
}

/** From now on everything goes to another pool, until nothing is left and the pool closes. */
export interface MergeBegun extends RecordedAt {
  readonly type: 'merge-begun';
  readonly mergeId: string;
  readonly into: number;
  readonly isConsented: boolean;
}

/** The other pool refused a part: the rest stays. */
export interface MergeStopped extends RecordedAt {
  readonly type: 'merge-stopped';
  readonly mergeId: string;
  readonly code: string;
}

export type TransferEvent =
  | CapacityTransferredOut
  | CapacityTransferredIn
  | CapacityTransferSettled
  | CapacityTransferRefused
  | CapacityTransferVoided
  | CapacityTransferReturned
  | MergeBegun
  | MergeStopped;
