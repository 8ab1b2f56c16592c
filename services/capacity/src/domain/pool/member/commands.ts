import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';
import type { HoldEnd } from './events.js';

/** What a workload takes, as computed from its size (capacity §8). */
export interface WorkloadRates {
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates: Amounts;
  readonly formulaVersion: number;
}

/** A workload to be admitted: it asks for a horizon or for a time to run, one of them. */
export interface HeldWorkload extends WorkloadRates {
  /** Where it is to run; absent: nobody said, and limits of nodes are not asked. */
  readonly nodeId?: string | undefined;
  /** Every dimension it uses must last longer than this. */
  readonly horizonSeconds?: number | undefined;
  /** So much of the balance is kept for it as it drains in this time. */
  readonly runForSeconds?: number | undefined;
}

/** Keeps room for a workload if the pool can carry it for long enough (capacity §7, §15.3). */
export interface HoldWorkload extends DecidedAt, HeldWorkload {
  readonly type: 'hold';
  readonly until: Seconds;
}

/** Keeps room for several workloads, or for none of them. */
export interface HoldWorkloads extends DecidedAt {
  readonly type: 'hold-all';
  readonly workloads: readonly HeldWorkload[];
  readonly until: Seconds;
}

/** The workload runs: from now on it drains. Without rates, at those that it is held with. */
export interface ActivateWorkload extends DecidedAt {
  readonly type: 'activate';
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates?: Amounts | undefined;
  readonly formulaVersion?: number | undefined;
  readonly nodeId?: string | undefined;
  /** Of members in grace, those with more of it are resumed first; absent: 0 (capacity §15.5). */
  readonly priority?: number | undefined;
}

/** The workload is gone, or will never come. */
export interface ReleaseWorkload extends DecidedAt {
  readonly type: 'release';
  readonly workloadId: number;
  readonly cause: Exclude<HoldEnd, 'expired'> | 'deleted';
}

/** A workload takes another's place in the same pool: released and admitted in one decision (capacity §10.3). */
export interface ReplaceWorkload extends Omit<HoldWorkload, 'type'> {
  readonly type: 'replace';
  readonly replacedId: number;
}

/** The formula changed: members get new rates from now on (capacity §10.2). */
export interface RebaseRates extends DecidedAt {
  readonly type: 'rebase';
  /** By workload id; those of others than members mean nothing. */
  readonly rates: ReadonlyMap<number, Amounts>;
  readonly formulaVersion: number;
}
