import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';
import type { CreditSource, HoldEnd } from './events.js';

interface AtInstant {
  /** When the command is decided; an instant before the pool's last one counts as that one (capacity §13.1). */
  readonly at: Seconds;
}

/** The reservation's checks come before (capacity §6.1). */
export interface OpenPool extends AtInstant {
  readonly type: 'open';
  readonly poolId: number;
  /** The tenant of whoever opens it (capacity §13.1). */
  readonly namespace: string;
  readonly owner: number;
  /** 0 for none. */
  readonly sponsor: number;
  readonly nodeIds: readonly string[];
}

export interface CreditPool extends AtInstant {
  readonly type: 'credit';
  readonly source: CreditSource;
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  /** Nodes the pool may be used on from now on, too. */
  readonly nodeIds: readonly string[];
}

/** What a workload takes, as computed from its size (capacity §8). */
export interface WorkloadRates {
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates: Amounts;
  readonly formulaVersion: number;
}

/** Keeps room for a workload if the pool can carry it for long enough (capacity §7, §15.3). */
export interface HoldWorkload extends AtInstant, WorkloadRates {
  readonly type: 'hold';
  /** Every dimension it uses must last longer than this. */
  readonly horizonSeconds: number;
  readonly until: Seconds;
}

/** The workload runs: from now on it drains. */
export interface ActivateWorkload extends AtInstant, WorkloadRates {
  readonly type: 'activate';
  readonly nodeId?: string | undefined;
}

/** The workload is gone, or will never come. */
export interface ReleaseWorkload extends AtInstant {
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
export interface RebaseRates extends AtInstant {
  readonly type: 'rebase';
  /** By workload id; those of others than members mean nothing. */
  readonly rates: ReadonlyMap<number, Amounts>;
  readonly formulaVersion: number;
}

/** Records what is due at this instant or was before (capacity §13.5). */
export interface CheckDepletion extends AtInstant {
  readonly type: 'check';
}

export type PoolCommand =
  OpenPool | CreditPool | HoldWorkload | ActivateWorkload | ReleaseWorkload | ReplaceWorkload | RebaseRates | CheckDepletion;
