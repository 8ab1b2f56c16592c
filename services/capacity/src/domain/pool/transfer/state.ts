import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import { NumberMap } from '../../collection/number-map.js';
import { TextMap } from '../../collection/text-map.js';
import type { LotTerms } from '../lot/state.js';
import type { Member } from '../state.js';

/** What a transfer takes of a lot: it stays what it was, refundable and with its end, in the other pool. */
export interface LotPart extends LotTerms {
  /** Number of the lot in the pool that it left. */
  readonly lot: number;
  readonly amounts: Amounts;
}

/** A workload that goes along, as it stood. */
export interface MovedMember {
  readonly workloadId: number;
  readonly member: Member;
}

/** What a transfer carries. */
export interface Cargo {
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  /** Of the amounts, what had a price or an end. */
  readonly parts: readonly LotPart[];
  readonly members: readonly MovedMember[];
}

/** A loan that is paid back travels like any transfer, and arrives as a repayment. */
export type TransferPurpose = 'transfer' | 'repayment';

/** Has left, and has neither arrived nor come back (capacity §15.9). */
export interface PendingTransfer extends Cargo {
  readonly transferId: string;
  readonly peer: number;
  /** Owner of the pool that it left, as it was then. */
  readonly owner: number;
  readonly purpose: TransferPurpose;
  /** Whether both owners agree, where there are two. */
  readonly isConsented: boolean;
  /** Why the other pool refused it; before it is taken back, that pool has to promise that it never comes after all. */
  readonly refusal?: string | undefined;
  readonly at: Seconds;
}

/** What is remembered of a transfer for ever (capacity §13.2). */
export interface TransferRecord {
  readonly direction: 'in' | 'out';
  readonly peer: number;
  readonly status: 'pending' | 'arrived' | 'returned' | 'voided';
  readonly at: Seconds;
}

/** A merge goes on, one transfer after the other, until nothing is left and the pool closes. */
export interface Merging {
  readonly mergeId: string;
  readonly into: number;
  readonly isConsented: boolean;
  /** Transfers begun so far. */
  readonly count: number;
}

export interface Departure {
  readonly peer: number;
  readonly transferId: string;
}

export interface Transfers {
  readonly byId: TextMap<TransferRecord>;
  readonly pending: readonly PendingTransfer[];
  readonly merging: Merging | undefined;
  /** Where workloads went that were members here, by their id: whoever reports on them here is sent there. */
  readonly departed: NumberMap<Departure>;
}

export const NO_TRANSFERS: Transfers = { byId: TextMap.empty(), pending: [], merging: undefined, departed: NumberMap.empty() };
