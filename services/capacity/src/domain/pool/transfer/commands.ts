import type { Amounts } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';
import type { Cargo } from './state.js';

/** Sends whole units, and workloads if any are named, to another pool (capacity §15.9). */
export interface TransferOut extends DecidedAt {
  readonly type: 'transfer-out';
  /** Makes it happen once; unique among all transfers. */
  readonly transferId: string;
  readonly peer: number;
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  readonly workloadIds: readonly number[];
  /** Whether the owners of both pools agree; not needed where they are the same. */
  readonly isConsented: boolean;
}

/** Takes what another pool has sent. */
export interface TransferIn extends DecidedAt, Cargo {
  readonly type: 'transfer-in';
  readonly transferId: string;
  readonly peer: number;
  /** Of the pool that sent it. */
  readonly owner: number;
  readonly isConsented: boolean;
}

/** What was sent has arrived. */
export interface SettleTransfer extends DecidedAt {
  readonly type: 'transfer-settled';
  readonly transferId: string;
}

/** The other pool refused what was sent. */
export interface RefuseTransfer extends DecidedAt {
  readonly type: 'transfer-refused';
  readonly transferId: string;
  readonly code: string;
}

/** To the other pool: what it refused is taken back, and must not come after all, however late its message is repeated. */
export interface VoidTransfer extends DecidedAt {
  readonly type: 'void-transfer';
  readonly transferId: string;
  readonly peer: number;
}

/** What was sent never arrives: it is taken back. */
export interface ReturnTransfer extends DecidedAt {
  readonly type: 'transfer-returned';
  readonly transferId: string;
  readonly code: string;
}

/** Sends everything to another pool, and closes when nothing is left (capacity §15.9). */
export interface MergePool extends DecidedAt {
  readonly type: 'merge';
  /** Makes it happen once; its transfers are `<mergeId>:1` and so on. */
  readonly mergeId: string;
  readonly into: number;
  readonly isConsented: boolean;
}

export type TransferCommand = TransferOut | TransferIn | SettleTransfer | RefuseTransfer | VoidTransfer | ReturnTransfer | MergePool;
