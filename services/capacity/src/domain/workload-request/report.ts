import type { ActivateWorkload, ReleaseWorkload, WorkloadRates } from '../pool/member/commands.js';

/** What a node says of a workload (capacity §7). */
export interface WorkloadReport extends WorkloadRates {
  readonly result: 'ok' | 'error' | 'deleted';
  /** Absent: not said. */
  readonly nodeId?: string | undefined;
  readonly at: number;
}

/** What a report means for the pool, and for whoever looks after the workload. */
export interface ReportOutcome {
  readonly command: ActivateWorkload | ReleaseWorkload;
  /** It could not be brought up, and what there is of it has to be deleted. */
  readonly isToDelete: boolean;
}

/**
 * Usage counts from the node's word, not from the request on: a workload drains once it runs, and until its node says that it is gone. Repeats
 * change nothing, since the pool knows its members (capacity §7).
 */
export const outcomeOf = ({ result, workloadId, rates, formulaVersion, nodeId, at }: WorkloadReport): ReportOutcome => {
  switch (result) {
    case 'ok':
      return { command: { type: 'activate', workloadId, rates, formulaVersion, nodeId, at }, isToDelete: false };
    case 'error':
      return { command: { type: 'release', workloadId, cause: 'failed', at }, isToDelete: true };
    case 'deleted':
      return { command: { type: 'release', workloadId, cause: 'deleted', at }, isToDelete: false };
  }
};
