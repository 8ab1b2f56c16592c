import { Fault } from '@drawdown/errors';
import type { PartitionHost } from '@drawdown/partitions';
import type { Recorded } from '../../application/partition/recorded.js';
import type { PartitionReport } from '../../application/operations/ports.js';
import type { Checked } from '../../application/timer/timer.js';
import type { Audit } from '../mongo/audit.js';
import type { CapacityPartition } from './capacity-partition.js';

/** What operators have the owner of a partition do (design §5). */
export type OwnerWork =
  | { readonly type: 'report' }
  | { readonly type: 'check-due' }
  | { readonly type: 'check-pool'; readonly poolId: number }
  | { readonly type: 'audit' }
  | { readonly type: 'repair' };

interface Done {
  readonly report: Omit<PartitionReport, 'partition' | 'owner'>;
  readonly 'check-due': Checked;
  readonly 'check-pool': Checked;
  readonly audit: Audit;
  readonly repair: number;
}

export type DoneWork<W extends OwnerWork> = Done[W['type']];

/** Does it, as the owner. */
export const doWork = async <W extends OwnerWork>(
  partition: CapacityPartition,
  host: PartitionHost<Recorded | undefined>,
  work: W,
): Promise<DoneWork<W>> => {
  const { owner } = partition;
  if (owner === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition is not open yet');
  const done = async (): Promise<Done[OwnerWork['type']]> => {
    switch (work.type) {
      case 'report':
        return reportOf(partition, host);
      case 'check-due':
        return owner.checkDue();
      case 'check-pool':
        return owner.checkPool(work.poolId);
      case 'audit':
        return partition.audit();
      case 'repair':
        return partition.repair();
    }
  };
  return (await done()) as DoneWork<W>;
};

const reportOf = ({ partition, owner }: CapacityPartition, host: PartitionHost<Recorded | undefined>): Done['report'] => {
  const { inputs = [], waiting } = host.reader(partition)?.status() ?? {};
  return {
    streams: inputs.map(({ stream, watermark, lag }) => ({ stream, watermark, lagMessages: lag ?? 0 })),
    waiting: waiting && { stream: waiting.stream, sequence: waiting.sequence, reason: waiting.reason, sinceMs: waiting.sinceMs },
    overduePools: owner?.overdue(owner.nowSeconds()).length ?? 0,
    openEffects: owner?.fold.unsettled ?? 0,
  };
};
