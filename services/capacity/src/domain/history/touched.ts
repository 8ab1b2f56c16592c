import type { PoolEvent } from '../pool/events.js';

const NOBODY: readonly number[] = [];

/** Ids of the workloads of which an event changes something that their own documents show (capacity §13.4 `pool_members`). */
export const touchedMembers = (event: PoolEvent): readonly number[] => {
  switch (event.type) {
    case 'workload-held':
    case 'hold-released':
    case 'workload-activated':
    case 'workload-released':
      return [event.workloadId];
    case 'rates-rebased':
    case 'capacity-transferred-out':
    case 'capacity-transferred-in':
    case 'capacity-transfer-returned':
      return event.members.map(({ workloadId }) => workloadId);
    case 'decommission-requested':
    case 'decommission-cancelled':
    case 'workloads-suspended':
    case 'workloads-resumed':
    case 'workloads-reclaimed':
      return event.workloadIds;
    case 'pool-opened':
    case 'capacity-credited':
    case 'credit-voided':
    case 'dimension-exhausted':
    case 'dimension-replenished':
    case 'unfunded-cap-reached':
    case 'pool-paused':
    case 'pool-resumed':
    case 'policy-changed':
    case 'threshold-crossed':
    case 'thresholds-cleared':
    case 'top-up-due':
    case 'top-up-ended':
    case 'nodes-changed':
    case 'capacity-refunded':
    case 'refund-paid':
    case 'lots-expired':
    case 'capacity-transfer-settled':
    case 'capacity-transfer-refused':
    case 'capacity-transfer-voided':
    case 'borrowing-changed':
    case 'borrowing-leaving':
    case 'borrowing-ended':
    case 'borrowing-answered':
    case 'loan-heard':
    case 'loan-scheduled':
    case 'loan-granted':
    case 'loan-reclaimed':
    case 'loan-repaid':
    case 'answer-heard':
    case 'loan-ended':
    case 'merge-begun':
    case 'merge-stopped':
    case 'ownership-transferred':
    case 'pool-closed':
      return NOBODY;
  }
};
