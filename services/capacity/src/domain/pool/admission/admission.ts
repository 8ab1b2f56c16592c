import type { Amounts } from '../../amount/per-dimension.js';

/** How long the dimensions that a new workload uses have to last (capacity §7). */
export const ADMISSION_HORIZON_SECONDS = 120;

/** How long a hold lasts that nobody gave an end (capacity §15.3). */
export const HOLD_SECONDS = 900;

/** Most workloads that are admitted together: their holds travel in one message. */
export const WORKLOADS_PER_BATCH_MAX = 500;

/** What a workload asks of the pool: that what it uses lasts longer than a horizon, or balance for a given time (capacity §15.3). */
export type Ask =
  | { readonly horizonSeconds: number; readonly runForSeconds?: undefined }
  | { readonly runForSeconds: number; readonly horizonSeconds?: undefined };

/** A workload that wants to be admitted. */
export interface Candidate {
  readonly workloadId: number;
  /** Milliunits. */
  readonly rates: Amounts;
  readonly ask: Ask;
}
