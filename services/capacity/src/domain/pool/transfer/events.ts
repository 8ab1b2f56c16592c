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

/** The other pool refused it. */
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
  CapacityTransferredOut | CapacityTransferredIn | CapacityTransferSettled | CapacityTransferReturned | MergeBegun | MergeStopped;
