import { PartitionReader, type Lease } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import type { CapacityOwner } from '../../application/partition/capacity-owner.js';
import { PartitionFold } from '../../application/partition/partition-fold.js';
import { decodeMessage, type Recorded } from '../../application/partition/recorded.js';
import { compareDocuments, repairDocuments, type Audit } from '../mongo/audit.js';
import { FoldedDocuments } from '../mongo/folded-documents.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';

/** What an audit needs of a partition. */
export interface AuditedPartition {
  readonly platform: Platform;
  readonly readModel: ReadModel;
  readonly lease: Lease;
  readonly owner: CapacityOwner;
}

/** Folds a partition from the beginning of the log and compares; nothing is applied to the documents meanwhile (design §5). */
export const audit = ({ platform, readModel, lease, owner }: AuditedPartition): Promise<Audit> =>
  owner.fold.whileStill(async () =>
    compareDocuments(readModel, lease.partition, await foldAnew(platform, lease.partition, owner.fold.storedSequence)),
  );

/** The same, and puts right what differs. @returns documents written or removed */
export const repair = ({ platform, readModel, lease, owner }: AuditedPartition): Promise<number> =>
  owner.fold.whileStill(async () => {
    const folded = await foldAnew(platform, lease.partition, owner.fold.storedSequence);
    const found = await compareDocuments(readModel, lease.partition, folded);
    return repairDocuments(readModel, found, folded, { epoch: lease.epoch, writtenAtMs: platform.clock.nowMs() });
  });

const foldAnew = async (platform: Platform, partition: number, throughSequence: number): Promise<FoldedDocuments> => {
  const folded = new FoldedDocuments(partition);
  if (throughSequence === 0) return folded;
  const { nats, prefix, subjects, logs, isSetAside } = platform;
  const fold = new PartitionFold({ store: folded, logs, isHeld: () => true });
  const reader = new PartitionReader<Recorded | undefined>({
    nats,
    prefix,
    service: CONTEXT,
    partition,
    inputs: inputsOf(subjects),
    isSetAside,
    processor: {
      // Dead letters were copied when they were first read.
      decode: message => {
        const decoded = decodeMessage(subjects, logs, message);
        return { ok: true, value: decoded.ok ? decoded.value : undefined };
      },
      apply: batch => fold.apply(batch.filter(({ message }) => message.sequence <= throughSequence)),
    },
  });
  await reader.start({});
  try {
    await reader.reached('capacity', throughSequence);
  } finally {
    await reader.stop();
  }
  return folded;
};
