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
import type { Input } from '../../application/partition/input.js';
import type { PartitionOwner } from '../../application/partition/partition-owner.js';
import { ENTITLEMENTS_READ_MODEL } from '../mongo/documents.js';
import { EntitlementsPartition } from './entitlements-partition.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';
import { RebuildingPartition } from './rebuilding-partition.js';

export interface PartitionsOptions {
  readonly platform: Platform;
  readonly replica: string;
  readonly leaseTtlMs: number;
  readonly db: Db;
  /** Incarnations of the streams that the documents are folded from. */
  readonly incarnation: string;
  readonly observer: PartitionObserver;
  readonly serve: (owner: PartitionOwner, partition: number, request: OwnerRequest) => Promise<Uint8Array>;
}

/** This replica's share of the partitions, in the generation that is read, and in the one that is being built. */
export class Partitions {
  readonly #open = new Map<number, EntitlementsPartition>();
  readonly #leases = new Map<number, Lease>();
  readonly #rebuilding = new Map<number, RebuildingPartition>();
  #building: ReadModel | undefined;

  readonly host: PartitionHost<Input>;
  #current: CurrentReadModel | undefined;

  constructor(private readonly options: PartitionsOptions) {
    const { platform } = options;
    this.host = new PartitionHost<Input>({
      nats: platform.nats,
      prefix: platform.prefix,
      context: CONTEXT,
      replica: options.replica,
      inputs: inputsOf(platform.subjects),
      processorFor: (partition, lease) => this.#processorFor(partition, lease),
      isSetAside: (stream, sequence) => platform.catalog.isSetAside(stream, sequence),
      clock: platform.clock,
      leaseTimes: leaseTimesOf(options.leaseTtlMs),
      observer: options.observer,
    });
  }

  /** Opens the read model and begins to take partitions. */
  async start(): Promise<void> {
    const { platform, db, incarnation, observer } = this.options;
    const onFault = (error: unknown): void => observer.troubled?.('read model', error);
    this.#current = await CurrentReadModel.open({
      db,
      declaration: ENTITLEMENTS_READ_MODEL,
      incarnation,
      nowMs: () => platform.clock.nowMs(),
      onChanged: () => void this.#changeGeneration().catch(onFault),
      onBuilding: next => this.#build(next),
      onFault,
    });
    await this.host.start();
    await untilOpen(this.host);
  }

  /** Those that are owned here and open. */
  get open(): ReadonlyMap<number, EntitlementsPartition> {
    return this.#open;
  }

  get readModel(): ReadModel {
    if (this.#current === undefined) throw new Error('the read model is used before it was opened');
    return this.#current.readModel;
  }

  /** Every open partition counts the meters that are new in the catalogue. */
  takeUpMeters(): void {
    for (const [partition, open] of this.#open) {
      open.takeUpMeters().catch((error: unknown) => this.options.observer.troubled?.(`meters of ${partition}`, error));
    }
  }

  async drain(): Promise<void> {
    this.#current?.stop();
    await this.#stopBuilding();
    await this.host.drain();
  }

  #processorFor(partition: number, lease: Lease): PartitionProcessor<Input> {
    const { platform, serve } = this.options;
    const opened = new EntitlementsPartition({
      platform,
      lease,
      readModel: () => this.readModel,
      serve: (owner, request) => serve(owner, partition, request),
      onClosed: async () => {
        if (this.#open.get(partition) === opened) this.#open.delete(partition);
        const rebuilding = this.#rebuilding.get(partition);
        this.#rebuilding.delete(partition);
        await rebuilding?.stop();
      },
    });
    this.#open.set(partition, opened);
    this.#leases.set(partition, lease);
    if (this.#building !== undefined) this.#buildOne(partition, lease, this.#building);
    return opened;
  }

  #build(next: ReadModel): void {
    this.#building = next;
    for (const partition of this.#open.keys()) {
      const lease = this.#leases.get(partition);
      if (lease !== undefined) this.#buildOne(partition, lease, next);
    }
  }

  #buildOne(partition: number, lease: Lease, next: ReadModel): void {
    if (this.#rebuilding.has(partition)) return;
    const rebuilding = new RebuildingPartition({
      platform: this.options.platform,
      lease,
      next,
      reached: async (stream, sequence) => this.host.reader(partition)?.reached(stream, sequence),
    });
    this.#rebuilding.set(partition, rebuilding);
    rebuilding.start().catch((error: unknown) => this.options.observer.troubled?.(`rebuild of ${partition}`, error));
  }

  /** What was built is read from now on, or everything is gone and begins anew: every partition opens again where its documents end. */
  async #changeGeneration(): Promise<void> {
    await this.#stopBuilding();
    this.host.reopenAll();
  }

  async #stopBuilding(): Promise<void> {
    this.#building = undefined;
    const all = [...this.#rebuilding.values()];
    this.#rebuilding.clear();
    await Promise.all(all.map(rebuilding => rebuilding.stop()));
  }
}
