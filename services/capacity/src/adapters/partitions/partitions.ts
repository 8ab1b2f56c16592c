import {
  leaseTimesOf,
  PartitionHost,
  untilOpen,
  type Lease,
  type OwnerRequest,
  type PartitionObserver,
  type PartitionProcessor,
} from '@drawdown/partitions';
import { CurrentReadModel, type ReadModel } from '@drawdown/projections';
import type { Db } from 'mongodb';
import type { CapacityOwner, OwnerPorts } from '../../application/partition/capacity-owner.js';
import type { Recorded } from '../../application/partition/recorded.js';
import { CAPACITY_READ_MODEL } from '../mongo/documents.js';
import { CapacityPartition } from './capacity-partition.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';
import { RebuildingPartition } from './rebuilding-partition.js';

export interface PartitionsOptions {
  readonly platform: Platform;
  readonly replica: string;
  readonly leaseTtlMs: number;
  readonly db: Db;
  /** Incarnation of the stream that the documents are folded from. */
  readonly incarnation: string;
  readonly observer: PartitionObserver;
  readonly settle: OwnerPorts['settle'];
  readonly payments: OwnerPorts['payments'];
  readonly serve: (owner: CapacityOwner, partition: number, request: OwnerRequest) => Promise<Uint8Array>;
}

/** What this replica does with one partition, while it owns it. */
interface Owned {
  readonly partition: CapacityPartition;
  readonly lease: Lease;
  rebuilding: RebuildingPartition | undefined;
}

/** This replica's share of the partitions, in the generation that is read, and in the one that is being built. */
export class Partitions {
  readonly host: PartitionHost<Recorded | undefined>;
  readonly #owned = new Map<number, Owned>();
  #building: ReadModel | undefined;
  #current: CurrentReadModel | undefined;

  constructor(private readonly options: PartitionsOptions) {
    const { platform, replica, leaseTtlMs, observer } = options;
    this.host = new PartitionHost<Recorded | undefined>({
      nats: platform.nats,
      prefix: platform.prefix,
      context: CONTEXT,
      replica,
      inputs: inputsOf(platform.subjects),
      processorFor: (partition, lease) => this.#own(partition, lease),
      isSetAside: platform.isSetAside,
      clock: platform.clock,
      leaseTimes: leaseTimesOf(leaseTtlMs),
      observer,
    });
  }

  /** Opens the read model and begins to take partitions. */
  async start(): Promise<void> {
    const { platform, db, incarnation, observer } = this.options;
    const onFault = (error: unknown): void => observer.troubled?.('read model', error);
    this.#current = await CurrentReadModel.open({
      db,
      declaration: CAPACITY_READ_MODEL,
      incarnation,
      nowMs: () => platform.clock.nowMs(),
      onChanged: () => void this.#changeGeneration().catch(onFault),
      onBuilding: next => {
        this.#building = next;
        for (const owned of this.#owned.values()) this.#build(owned, next);
      },
      onFault,
    });
    await this.host.start();
    await untilOpen(this.host);
  }

  /** The owner of a partition, where that is this replica and the partition is open. */
  owner(partition: number): CapacityOwner | undefined {
    return this.owned(partition)?.owner;
  }

  /** The partition as it is worked here, if it is. */
  owned(partition: number): CapacityPartition | undefined {
    return this.host.owns(partition) ? this.#owned.get(partition)?.partition : undefined;
  }

  get readModel(): ReadModel {
    if (this.#current === undefined) throw new Error('the read model is used before it was opened');
    return this.#current.readModel;
  }

  async drain(): Promise<void> {
    this.#current?.stop();
    await this.#stopBuilding();
    await this.host.drain();
  }

  #own(partition: number, lease: Lease): PartitionProcessor<Recorded | undefined> {
    const { platform, settle, payments, serve } = this.options;
    const owned: Owned = {
      partition: new CapacityPartition({
        platform,
        lease,
        readModel: () => this.readModel,
        settle,
        payments,
        serve: (owner, request) => serve(owner, partition, request),
        onClosed: async () => {
          if (this.#owned.get(partition) === owned) this.#owned.delete(partition);
          await owned.rebuilding?.stop();
        },
      }),
      lease,
      rebuilding: undefined,
    };
    this.#owned.set(partition, owned);
    if (this.#building !== undefined) this.#build(owned, this.#building);
    return owned.partition;
  }

  #build(owned: Owned, next: ReadModel): void {
    if (owned.rebuilding !== undefined) return;
    owned.rebuilding = new RebuildingPartition(this.options.platform, owned.lease, next);
    const { partition } = owned.lease;
    owned.rebuilding.start().catch((error: unknown) => this.options.observer.troubled?.(`rebuild of ${partition}`, error));
  }

  /** What was built is read from now on, or everything is gone and begins anew: every partition opens again where its documents end. */
  async #changeGeneration(): Promise<void> {
    await this.#stopBuilding();
    this.host.reopenAll();
  }

  async #stopBuilding(): Promise<void> {
    this.#building = undefined;
    const stopping = [...this.#owned.values()].map(async owned => {
      const { rebuilding } = owned;
      owned.rebuilding = undefined;
      await rebuilding?.stop();
    });
    await Promise.all(stopping);
  }
}
