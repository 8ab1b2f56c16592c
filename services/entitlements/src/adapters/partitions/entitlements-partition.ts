import type { StoredMessage } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { Decoded, Delivery, Lease, OwnerRequest, PartitionProcessor, Watermarks } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { decodeInput, type Input } from '../../application/partition/input.js';
import type { PartitionOwner } from '../../application/partition/partition-owner.js';
import { audit, type Audit } from './audit.js';
import { openOwner } from './open-owner.js';
import { endOfStreams, type Platform } from './platform.js';
import { usageHistory } from './history.js';
import { tracedBatch } from './traced-batch.js';

/** How often at most a partition notes how far it has announced. */
const ANNOUNCED_NOTE_EVERY_MS = 5_000;

export interface EntitlementsPartitionOptions {
  readonly platform: Platform;
  readonly lease: Lease;
  /** The generation that is read now. */
  readonly readModel: () => ReadModel;
  /** Answers a request that came over NATS. */
  readonly serve: (owner: PartitionOwner, request: OwnerRequest) => Promise<Uint8Array>;
  readonly onClosed: () => Promise<void>;
}

/** One partition of the entitlements service, from the creation of its lease to its end. */
export class EntitlementsPartition implements PartitionProcessor<Input> {
  #owner: PartitionOwner | undefined;
  #end = { usage: Number.POSITIVE_INFINITY, entitlements: Number.POSITIVE_INFINITY };
  #announcedNoted = 0;
  #announcedNotedAtMs = 0;

  constructor(private readonly options: EntitlementsPartitionOptions) {}

  /** Absent before the partition has opened. */
  get owner(): PartitionOwner | undefined {
    return this.#owner;
  }

  /**
   * Whether everything is in memory that the streams held when the partition was opened: before, an answer would speak of a past that the
   * caller knows nothing of.
   */
  get isCurrent(): boolean {
    const owner = this.#owner;
    return owner !== undefined && owner.usageSequence >= this.#end.usage && owner.ledgerSequence >= this.#end.entitlements;
  }

  /** What `isCurrent` waits for, by stream. */
  get end(): { readonly usage: number; readonly entitlements: number } {
    return this.#end;
  }

  async open(): Promise<Watermarks> {
    const { platform, lease, readModel } = this.options;
    const announcedThrough = await platform.announced.read(lease.partition);
    const owner = await openOwner({ platform, readModel: readModel(), lease, announcedThrough: () => announcedThrough });
    this.#announcedNoted = Math.max(announcedThrough, owner.usageSequence);
    this.#end = await endOfStreams(platform, lease.partition);
    this.#owner = owner;
    await this.takeUpMeters();
    if (this.isCurrent) await owner.markFolded();
    return { usage: owner.usageSequence, entitlements: owner.ledgerSequence };
  }

  decode(message: StoredMessage): Decoded<Input> {
    return decodeInput(this.options.platform.subjects, this.options.platform.ledger, message);
  }

  async apply(batch: readonly Delivery<Input>[]): Promise<void> {
    const owner = this.#requireOwner();
    await tracedBatch(this.options.lease.partition, batch, () => owner.apply(batch));
    if (this.isCurrent) await owner.markFolded();
    if (performance.now() - this.#announcedNotedAtMs >= ANNOUNCED_NOTE_EVERY_MS) await this.#noteAnnounced(owner);
  }

  serve(request: OwnerRequest): Promise<Uint8Array> {
    return this.options.serve(this.#requireOwner(), request);
  }

  async close(): Promise<void> {
    await this.options.onClosed();
    if (this.#owner !== undefined) await this.#noteAnnounced(this.#owner);
  }

  /** Compares the documents with what the log says. */
  audit(): Promise<Audit> {
    const { platform, readModel, lease } = this.options;
    return audit(platform, readModel(), lease, this.#requireOwner());
  }

  /** Counts the meters that the catalogue has and this partition has not counted yet. */
  async takeUpMeters(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    const { platform, lease } = this.options;
    for (const { namespace, meter } of platform.catalog.allMeters()) {
      await owner.takeUpMeter(namespace, meter, usageHistory(platform, lease.partition));
    }
  }

  async #noteAnnounced(owner: PartitionOwner): Promise<void> {
    const { platform, lease } = this.options;
    this.#announcedNotedAtMs = performance.now();
    if (owner.usageSequence <= this.#announcedNoted || !lease.isHeld()) return;
    await platform.announced.write(lease.partition, owner.usageSequence);
    this.#announcedNoted = owner.usageSequence;
  }

  #requireOwner(): PartitionOwner {
    if (this.#owner === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition is not open yet');
    return this.#owner;
  }
}
