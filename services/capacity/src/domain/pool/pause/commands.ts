import type { DecidedAt } from '../at-instant.js';

/** Nothing drains until the pool is resumed; members and rates stay on record (capacity §15.6). */
export interface PausePool extends DecidedAt {
  readonly type: 'pause';
  readonly cause: string;
}

export interface ResumePool extends DecidedAt {
  readonly type: 'resume';
  readonly cause: string;
}

/** Members do not drain until they are resumed, whatever becomes of the pool: those on a node that is down, for instance. */
export interface PauseWorkloads extends DecidedAt {
  readonly type: 'pause-workloads';
  readonly workloadIds: readonly number[];
}

export interface ResumeWorkloads extends DecidedAt {
  readonly type: 'resume-workloads';
  readonly workloadIds: readonly number[];
}

export type PauseCommand = PausePool | ResumePool | PauseWorkloads | ResumeWorkloads;
