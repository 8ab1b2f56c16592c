import { WorkloadResult, type ReportWorkloadRequest } from '@drawdown/proto/capacity';
import type { Untimed } from '../../../application/aggregates/instructed.js';
import type { PoolCommand, WorkloadRates } from '../../../domain/index.js';
import { required, wrongField } from './refuse.js';

type ReportCommand = Untimed<Extract<PoolCommand, { readonly type: 'activate' | 'release' }>>;

/** What a workload takes. */
export type WorkloadSize = Omit<WorkloadRates, 'workloadId'>;

/**
 * What a node's result comes to (capacity §7): only now the workload drains, or stops to.
 * @param size of one that runs
 * @throws Refusal `VALIDATION`
 */
export const fromApiReport = (request: ReportWorkloadRequest, size: WorkloadSize | undefined): ReportCommand => {
  const { workloadId, result, nodeId, priority } = request;
  switch (result) {
    case WorkloadResult.OK: {
      const { rates, formulaVersion } = required(size, 'workload');
      return { type: 'activate', workloadId, rates, formulaVersion, nodeId: nodeId === '' ? undefined : nodeId, priority };
    }
    case WorkloadResult.ERROR:
      return { type: 'release', workloadId, cause: 'failed' };
    case WorkloadResult.DELETED:
      return { type: 'release', workloadId, cause: 'deleted' };
    case WorkloadResult.UNSPECIFIED:
      throw wrongField('result', 'is required');
  }
};
