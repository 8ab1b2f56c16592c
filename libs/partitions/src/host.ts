import { PARTITIONS, type ServerClock, type StreamKey } from '@drawdown/eventlog';
import type { NatsConnection } from '@nats-io/transport-node';
import { assignPartitions } from './assignment.js';
import type { HeldLease } from './held-lease.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { Owner } from './lease-view.js';
import {
  DEFAULT_HOST_LIMITS,
  DEFAULT_LEASE_TIMES,
  DEFAULT_READ_LIMITS,
  type HostLimits,
  type LeaseTimes,
  type ReadLimits,
} from './limits.js';
import type { OwnershipChange, PartitionObserver } from './observer.js';
import { OwnedPartition } from './owned-partition.js';
import { OwnerRequests, type RequestOptions } from './owner-requests.js';
import { endOfMany, pause } from './backoff.js';
import type { Lease, PartitionInput, PartitionProcessor } from './ports.js';
import { PartitionReader, type ReaderStatus } from './reader.js';

export interface PartitionHostOptions<D> {
  readonly nats: NatsConnection;
  /** Prefix of the deployment's streams, subjects and buckets. */
  readonly prefix: string;
  /** One token that names the service: in lease keys, owner subjects and the dead-letter subject. */
  readonly context: string;
  /** Name of this replica; one token of a subject, unique among those that run at once (a pod's name). */
  readonly replica: string;
  readonly inputs: readonly PartitionInput[];
  /** Makes the processor of a partition; it is opened at once and closed before its lease is given up. */
  readonly processorFor: (partition: number, lease: Lease) => PartitionProcessor<D>;
  /** Whether an operator's event says to pass over a message (design §4.10). */
  readonly isSetAside: (stream: StreamKey, sequence: number) => boolean;
  /** Fed with the server's time at every renewal of the membership (design §3.16). */
  readonly clock: Pick<ServerClock, 'observe'>;
  /** The clock that leases are judged by; the same that `clock` was made with. @default performance.now */
  readonly monotonicMs?: () => number;
  /** @default DEFAULT_LEASE_TIMES; `ttlMs` must be the bucket's. */
  readonly leaseTimes?: LeaseTimes;
  /** @default DEFAULT_READ_LIMITS */
  readonly readLimits?: ReadLimits;
  /** @default DEFAULT_HOST_LIMITS */
  readonly hostLimits?: HostLimits;
  readonly observer?: PartitionObserver;
  /** Source of jitter, 0 to 1. */
  readonly random?: () => number;
}

/** Who owns a partition; epochs compare as (incarnation, number) (design §3.17). */
export type PartitionOwner = Pick<Owner, 'replica' | 'epoch' | 'incarnation'>;

/** One partition as this replica knows it; the reader's part only where it is owned here. */
export interface PartitionStatus extends Partial<ReaderStatus> {
  readonly partition: number;
  readonly owner: PartitionOwner | undefined;
  /** False while the owner's processor has not opened yet; undefined where it is not ours. */
  readonly isOpen?: boolean;
}

/** Looks at ownership happen at least this often per renewal period; changes seen by the watch act at once. */
const LOOKS_PER_RENEWAL = 5;

/**
 * Owns its share of the partitions: one lease, reader and processor each (design §3.9), moved when replicas come and go. Ownership
 * only saves work; what must not come twice is guarded by the processor's own writes (design §3.2).
 */
export class PartitionHost<D> {
  private readonly owned = new Map<number, OwnedPartition<D>>();
  private readonly busy = new Set<number>();
  /** Partitions whose processor is to be replaced by a new one. */
  private readonly outdated = new Set<number>();
  private readonly ending = new Set<Promise<void>>();
  private readonly stopping = endOfMany();
  private readonly hostLimits: HostLimits;
  private readonly observer: PartitionObserver;
  private keeper: LeaseKeeper | undefined;
  private requests: OwnerRequests | undefined;
  private looking: NodeJS.Timeout | undefined;
  private lookDue = false;
  private draining: Promise<void> | undefined;

  constructor(private readonly options: PartitionHostOptions<D>) {
    this.hostLimits = options.hostLimits ?? DEFAULT_HOST_LIMITS;
    this.observer = options.observer ?? {};
  }

  /** Joins the other replicas and begins to take partitions. @throws what `LeaseKeeper.join` throws. */
  async start(): Promise<void> {
    const { nats, prefix, context, replica, clock } = this.options;
    const times = this.options.leaseTimes ?? DEFAULT_LEASE_TIMES;
    const monotonicMs = this.options.monotonicMs ?? (() => performance.now());
    const keeper = await LeaseKeeper.join({ nats, prefix, context, replica, times, clock, monotonicMs, observer: this.observer });
    this.keeper = keeper;
    this.requests = new OwnerRequests({
      nats,
      prefix,
      context,
      keeper,
      limits: this.hostLimits,
      local: partition => this.owned.get(partition),
    });
    keeper.view.onChange(() => this.lookSoon());
    this.looking = setInterval(() => this.look(), times.renewEveryMs / LOOKS_PER_RENEWAL);
    void this.followConnection();
    this.look();
  }

  /**
   * Gives everything up, in the order: announce leaving; per partition stop reading, finish and flush, stop serving, close the
   * processor, delete the lease; stop watching. Bounded by `drainMsMax`; what is then unfinished ends by the expiry of its lease.
   */
  drain(): Promise<void> {
    this.draining ??= this.giveUpEverything();
    return this.draining;
  }

  /**
   * Closes the processors of all partitions owned here and opens new ones under the same leases, each reading on from what its own `open`
   * answers: another generation of the documents is read from now on.
   */
  reopenAll(): void {
    for (const partition of this.owned.keys()) this.outdated.add(partition);
    this.lookSoon();
  }

  /** Whether this replica works the partition and its lease holds. */
  owns(partition: number): boolean {
    return this.owned.get(partition)?.isServing === true;
  }

  /** The owner as last heard; it may be a little out of date. */
  owner(partition: number): PartitionOwner | undefined {
    const own = this.owned.get(partition);
    const { replica } = this.options;
    if (own?.lease.isHeld() === true) return { replica, epoch: own.lease.epoch, incarnation: own.lease.incarnation };
    const other = this.keeper?.view.owner(partition);
    return other === undefined ? undefined : { replica: other.replica, epoch: other.epoch, incarnation: other.incarnation };
  }

  /**
   * Asks the owner of a partition, here or elsewhere. Throws the refusal or fault that the owner threw, `OWNER_UNAVAILABLE` when there
   * is none within `ownerWaitMsMax`, `DEADLINE_EXCEEDED` when it does not answer in time.
   */
  request(partition: number, data: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    if (this.requests === undefined) throw new Error('request before start');
    return this.requests.request(partition, data, options);
  }

  /** The reader of an owned partition, for waiting on positions; undefined where it is not owned here. */
  reader(partition: number): PartitionReader<D> | undefined {
    return this.owned.get(partition)?.reader;
  }

  status(): PartitionStatus[] {
    return Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      owner: this.owner(partition),
      ...this.owned.get(partition)?.status(),
    }));
  }

  /** A burst of changes in the watch is looked at once. */
  private lookSoon(): void {
    if (this.lookDue) return;
    this.lookDue = true;
    setImmediate(() => {
      this.lookDue = false;
      this.look();
    });
  }

  /** Compares what should be ours with what is, and starts whatever brings the two together. */
  private look(): void {
    const { keeper } = this;
    if (keeper === undefined || this.stopping.signal.aborted) return;
    const { replica } = this.options;
    const wanted = assignPartitions([...new Set([...keeper.view.liveMembers(), replica])], PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      if (this.busy.has(partition)) continue;
      const own = this.owned.get(partition);
      const isWanted = wanted.get(partition) === replica;
      if (own !== undefined && !own.lease.isHeld()) this.occupy(partition, () => this.giveUp(own, 'lost'));
      else if (own !== undefined && !isWanted) this.occupy(partition, () => this.giveUp(own, 'released'));
      else if (own === undefined) this.lookAtForeign(keeper, partition, isWanted);
      else if (this.outdated.has(partition)) this.occupy(partition, () => this.reopen(own));
    }
  }

  private lookAtForeign(keeper: LeaseKeeper, partition: number, isWanted: boolean): void {
    const owner = keeper.view.owner(partition);
    if (owner === undefined) {
      if (isWanted) this.occupy(partition, () => this.take(keeper, partition));
    } else if (owner.instance === keeper.instance) {
      this.occupy(partition, () => this.discardOrphan(keeper, partition, owner.revision));
    }
  }

  /** One change at a time per partition; the next look sees its result. */
  private occupy(partition: number, change: () => Promise<void>): void {
    this.busy.add(partition);
    const done = change()
      .catch((error: unknown) => this.observer.troubled?.(`partition ${partition}`, error))
      .finally(() => {
        this.busy.delete(partition);
        this.ending.delete(done);
        if (!this.stopping.signal.aborted) this.lookSoon();
      });
    this.ending.add(done);
  }

  private async take(keeper: LeaseKeeper, partition: number): Promise<void> {
    const lease = await keeper.acquire(partition);
    if (lease === undefined) {
      // The picture was late: whoever holds it shows up in the watch.
      await this.untilNextLook();
      return;
    }
    if (this.stopping.signal.aborted) {
      await keeper.release(lease);
      return;
    }
    this.work(lease);
    this.observer.ownership?.(partition, 'acquired', lease.epoch);
  }

  private async reopen(own: OwnedPartition<D>): Promise<void> {
    this.outdated.delete(own.lease.partition);
    await own.end();
    this.work(own.lease);
  }

  /** A processor and a reader of its own for a lease that is held. */
  private work(lease: HeldLease): void {
    const { nats, prefix, context, inputs, isSetAside, readLimits = DEFAULT_READ_LIMITS, random = Math.random } = this.options;
    const { observer, hostLimits } = this;
    const { partition } = lease;
    const processor = this.options.processorFor(partition, lease);
    const isHeld = (): boolean => lease.isHeld();
    const shared = { nats, prefix, observer, random };
    const reader = new PartitionReader<D>({
      ...shared,
      service: context,
      partition,
      inputs,
      processor,
      isSetAside,
      isHeld,
      limits: readLimits,
    });
    this.owned.set(partition, new OwnedPartition<D>({ ...shared, context, lease, processor, reader, readLimits, hostLimits }));
  }

  /** An entry of ours that no partition here stands for: its creation or last renewal was never answered. */
  private async discardOrphan(keeper: LeaseKeeper, partition: number, revision: number): Promise<void> {
    await keeper.discard(partition, revision);
    await this.untilNextLook();
  }

  /** Keeps a change that did not succeed from being tried in a circle while the picture is old. */
  private untilNextLook(): Promise<void> {
    return pause((this.options.leaseTimes ?? DEFAULT_LEASE_TIMES).renewEveryMs / LOOKS_PER_RENEWAL, this.stopping.signal);
  }

  private async giveUp(own: OwnedPartition<D>, change: Exclude<OwnershipChange, 'acquired'>): Promise<void> {
    const { partition, epoch } = own.lease;
    await own.end();
    this.owned.delete(partition);
    this.outdated.delete(partition);
    await this.keeper?.release(own.lease);
    this.observer.ownership?.(partition, change, epoch);
  }

  private async giveUpEverything(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.looking);
    const { keeper } = this;
    if (keeper === undefined) return;
    await keeper.leave();
    const given = (async (): Promise<void> => {
      await Promise.all(this.ending);
      await Promise.all([...this.owned.values()].map(own => this.giveUp(own, 'released')));
    })();
    const bound = new AbortController();
    await Promise.race([given, pause(this.hostLimits.drainMsMax, bound.signal)]);
    bound.abort();
    await keeper.stop();
  }

  /** Deliveries may be missing after the connection was down: every reader begins anew behind what it has. */
  private async followConnection(): Promise<void> {
    for await (const event of this.options.nats.status()) {
      if (this.stopping.signal.aborted) return;
      if (event.type === 'reconnect') for (const own of this.owned.values()) own.reader.connectionInterrupted();
    }
  }
}
