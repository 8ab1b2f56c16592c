import type { Lease } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { PartitionOwner } from '../../application/partition/partition-owner.js';
import { findEventIn } from '../jetstream/usage-events.js';
import { MongoPartitionStore } from '../mongo/partition-store.js';
import type { Platform } from './platform.js';

export interface OpenOwnerOptions {
  readonly platform: Platform;
  readonly readModel: ReadModel;
  readonly lease: Lease;
  /** Usage up to this message is folded in silence. */
  readonly announcedThrough: () => number;
}

/** Opens one partition's documents in one generation and puts an owner before them. */
export const openOwner = async ({ platform, readModel, lease, announcedThrough }: OpenOwnerOptions): Promise<PartitionOwner> => {
  const { subjects, clock, ledger, usageReader, catalog, segmentCache, observer } = platform;
  const store = await MongoPartitionStore.open({
    readModel,
    partition: lease.partition,
    cache: segmentCache,
    stamp: () => ({ epoch: lease.epoch, writtenAtMs: clock.nowMs() }),
  });
  return new PartitionOwner({
    store,
    log: ledger,
    findEvent: findEventIn(usageReader, subjects),
    catalog,
    subjects,
    clock,
    observer,
    isHeld: () => lease.isHeld(),
    announcedThrough,
  });
};
