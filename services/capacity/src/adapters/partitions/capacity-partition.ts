import { Fault } from '@drawdown/errors';
import type { StoredMessage } from '@drawdown/eventlog';
import type { Decoded, Delivery, Lease, OwnerRequest, PartitionProcessor, Watermarks } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { CapacityOwner, type OwnerPorts } from '../../application/partition/capacity-owner.js';
import { decodeMessage, type Recorded } from '../../application/partition/recorded.js';
import type { Audit } from '../mongo/audit.js';
import { MongoCapacityStore } from '../mongo/partition-store.js';
import { audit, repair, type AuditedPartition } from './audit.js';
import { endOfStream, type Platform } from './platform.js';

export interface CapacityPartitionOptions {
  readonly platform: Platform;
  readonly lease: Lease;
  /** The generation that is read now. */
  readonly readModel: () => ReadModel;
  readonly settle: OwnerPorts['settle'];
  readonly payments: OwnerPorts['payments'];
  /** Answers a request that came over NATS. */
  readonly serve: (owner: CapacityOwner, request: OwnerRequest) => Promise<Uint8Array>;
  readonly onClosed: () => Promise<void>;
}

/** One partition of the capacity service, from the creation of its lease to its end. */
export class CapacityPartition implements PartitionProcessor<Recorded | undefined> {
  #owner: CapacityOwner | undefined;

  constructor(private readonly options: CapacityPartitionOptions) {}

  get partition(): number {
    return this.options.lease.partition;
  }

  /** Absent before the partition has opened. */
  get owner(): CapacityOwner | undefined {
    return this.#owner;
  }

  async open(): Promise<Watermarks> {
    const { platform, lease, readModel, settle, payments } = this.options;
    const { logs, subjects, clock, commandWindowMs, observer } = platform;
    const endSequence = await endOfStream(platform, lease.partition);
    const owner = new CapacityOwner({
      store: await openStore(platform, lease, readModel()),
      logs,
      subjects,
      clock,
      commandWindowMs,
      isHeld: () => lease.isHeld(),
      endSequence,
      settle,
      payments,
      observer,
    });
    await owner.start();
    this.#owner = owner;
    return { capacity: owner.fold.sequence };
  }

  decode(message: StoredMessage): Decoded<Recorded | undefined> {
    const { subjects, logs } = this.options.platform;
    return decodeMessage(subjects, logs, message);
  }

  apply(batch: readonly Delivery<Recorded | undefined>[]): Promise<void> {
    return this.#requireOwner().apply(batch);
  }

  serve(request: OwnerRequest): Promise<Uint8Array> {
    return this.options.serve(this.#requireOwner(), request);
  }

  /** Compares the documents with what the log says. */
  audit(): Promise<Audit> {
    return audit(this.#audited());
  }

  /** Writes documents that differ as the log has them. @returns documents written or removed */
  repair(): Promise<number> {
    return repair(this.#audited());
  }

  async close(): Promise<void> {
    await this.options.onClosed();
    await this.#owner?.stop();
  }

  #audited(): AuditedPartition {
    const { platform, lease, readModel } = this.options;
    return { platform, lease, readModel: readModel(), owner: this.#requireOwner() };
  }

  #requireOwner(): CapacityOwner {
    if (this.#owner === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition is not open yet');
    return this.#owner;
  }
}

/** One partition's documents in one generation. */
export const openStore = (
  { segmentCache, clock, commandWindowMs }: Platform,
  lease: Lease,
  readModel: ReadModel,
): Promise<MongoCapacityStore> =>
  MongoCapacityStore.open({
    readModel,
    partition: lease.partition,
    cache: segmentCache,
    commandWindowMs,
    stamp: () => ({ epoch: lease.epoch, writtenAtMs: clock.nowMs() }),
  });
