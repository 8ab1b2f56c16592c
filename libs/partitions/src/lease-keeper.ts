import { Refusal } from '@drawdown/errors';
import { bucketNames, INCARNATION_KEY, type ServerClock } from '@drawdown/eventlog';
import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import { millis, nuid, type NatsConnection } from '@nats-io/transport-node';
import { endOfMany, pause } from './backoff.js';
import { HeldLease } from './held-lease.js';
import { decodeLeaseValue, encodeLeaseValue, LeaseKeys } from './lease-entry.js';
import { LeaseView } from './lease-view.js';
import type { LeaseTimes } from './limits.js';
import type { PartitionObserver } from './observer.js';

export interface LeaseKeeperOptions {
  readonly nats: NatsConnection;
  readonly prefix: string;
  /** First token of this service's keys in the common bucket. */
  readonly context: string;
  /** Name of this replica, one token of a subject; unique among those that run at once. */
  readonly replica: string;
  readonly times: LeaseTimes;
  readonly clock: Pick<ServerClock, 'observe'>;
  readonly monotonicMs: () => number;
  readonly observer: PartitionObserver;
}

/** Parts of a renewal period: how long one attempt may take, and how soon a failed one is repeated. */
const RENEW_TIMEOUT_SHARE = 0.5;
const RENEW_RETRY_SHARE = 0.1;

/** Leases and membership of one replica in the bucket of design §3.9: created, renewed by revision, given up by deletion. */
export class LeaseKeeper {
  readonly view: LeaseView;
  readonly instance = nuid.next();
  private readonly keys: LeaseKeys;
  private readonly held = new Map<HeldLease, { renewing: boolean }>();
  private readonly stopping = endOfMany();
  private watching = new AbortController();
  private entriesHeardAtBeat = -1;
  private isMember = false;
  private bucketIncarnation = '';
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: LeaseKeeperOptions,
    private readonly bucket: KV,
    private readonly manager: JetStreamManager,
  ) {
    this.keys = new LeaseKeys(options.context);
    this.view = new LeaseView(this.keys, options.times.ttlMs, options.monotonicMs);
  }

  /**
   * Joins: announces this replica and returns once the bucket has been seen whole.
   * @throws Refusal `LEASES_NOT_AS_CONFIGURED` when the bucket forgets after another time than configured, or has no incarnation.
   */
  static async join(options: LeaseKeeperOptions): Promise<LeaseKeeper> {
    const bucket = await new Kvm(options.nats).open(bucketNames(options.prefix).leases);
    const keeper = new LeaseKeeper(options, bucket, await jetstreamManager(options.nats, { checkAPI: false }));
    await keeper.readBucket();
    keeper.isMember = true;
    await keeper.announce();
    const watch = new Promise<void>(seen => {
      keeper.running = Promise.all([keeper.keepWatching(seen), keeper.keepRenewing()]);
    });
    await watch;
    return keeper;
  }

  /** The lease of a partition nobody holds; undefined where somebody does, or where the server did not answer. */
  async acquire(partition: number): Promise<HeldLease | undefined> {
    const { times, monotonicMs, replica } = this.options;
    const sentMs = monotonicMs();
    const incarnation = this.bucketIncarnation;
    const value = encodeLeaseValue({ replica, instance: this.instance, incarnation });
    try {
      const epoch = await this.bucket.create(this.keys.partition(partition), value);
      const lease = new HeldLease(partition, epoch, incarnation, epoch, sentMs, times.stepDownMs, monotonicMs);
      this.held.set(lease, { renewing: false });
      return lease;
    } catch (error) {
      // Refused because it is held: the ordinary case. Everything else leaves at worst a lease of ours that nobody works under.
      if (!(error instanceof JetStreamApiError)) this.options.observer.troubled?.(`acquire ${partition}`, error);
      return undefined;
    }
  }

  /** Gives a lease up, so that another replica can have it at once. If the server does not hear it, the lease expires. */
  async release(lease: HeldLease): Promise<void> {
    this.held.delete(lease);
    const wasHeld = lease.isHeld();
    lease.lose();
    if (wasHeld) await this.discard(lease.partition, lease.revision);
  }

  /** Deletes an entry of our own that no lease here stands for: a creation or renewal whose answer never came. */
  async discard(partition: number, revision: number): Promise<void> {
    try {
      await this.bucket.delete(this.keys.partition(partition), { previousSeq: revision });
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) this.options.observer.troubled?.(`release ${partition}`, error);
    }
  }

  /** From now on others count without this replica; leases are still renewed until they are released. */
  async leave(): Promise<void> {
    this.isMember = false;
    try {
      await this.bucket.delete(this.keys.member(this.options.replica));
    } catch (error) {
      this.options.observer.troubled?.('leave', error);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.watching.abort();
    for (const lease of this.held.keys()) lease.lose();
    this.held.clear();
    await this.running;
  }

  private async readBucket(): Promise<void> {
    const { config } = await this.manager.streams.info(`KV_${bucketNames(this.options.prefix).leases}`);
    const { ttlMs } = this.options.times;
    const incarnation = config.metadata?.[INCARNATION_KEY];
    if (millis(config.max_age) !== ttlMs) {
      throw new Refusal('LEASES_NOT_AS_CONFIGURED', `The bucket of leases forgets after ${millis(config.max_age)} ms, not ${ttlMs}`);
    }
    if (incarnation === undefined) throw new Refusal('LEASES_NOT_AS_CONFIGURED', 'The bucket of leases has no incarnation');
    if (incarnation === this.bucketIncarnation) return;
    // Revisions of before mean nothing in a restored bucket: what they gave is given up.
    for (const lease of this.held.keys()) lease.lose();
    this.bucketIncarnation = incarnation;
  }

  private async keepWatching(seen: () => void): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.watching = new AbortController();
      try {
        await this.view.follow(this.bucket, this.watching.signal, seen);
      } catch (error) {
        this.options.observer.troubled?.('watch of leases', error);
      }
      await pause(this.options.times.renewEveryMs * RENEW_RETRY_SHARE, signal);
    }
  }

  private async keepRenewing(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.options.times.renewEveryMs, signal);
      if (signal.aborted) return;
      for (const [lease, state] of this.held) void this.renew(lease, state);
      try {
        await this.readBucket();
        if (this.isMember) await this.announce();
      } catch (error) {
        this.options.observer.troubled?.('membership', error);
      }
      // Our own entries come back through the watch: one that hears nothing between two beats is broken.
      if (this.view.entriesHeard === this.entriesHeardAtBeat) this.watching.abort();
      this.entriesHeardAtBeat = this.view.entriesHeard;
    }
  }

  /** Says that this replica is alive, and looks at the server's clock on the occasion (design §3.16). */
  private async announce(): Promise<void> {
    const { monotonicMs, replica, clock } = this.options;
    const key = this.keys.member(replica);
    const sentAtMs = monotonicMs();
    const revision = await this.bucket.put(
      key,
      encodeLeaseValue({ replica, instance: this.instance, incarnation: this.bucketIncarnation }),
    );
    const receivedAtMs = monotonicMs();
    const entry = await this.bucket.get(key, { revision });
    if (entry !== null) clock.observe({ serverTimeMs: entry.created.getTime(), sentAtMs, receivedAtMs });
  }

  private async renew(lease: HeldLease, state: { renewing: boolean }): Promise<void> {
    if (state.renewing) return;
    state.renewing = true;
    const { renewEveryMs } = this.options.times;
    while (this.held.has(lease) && lease.isHeld() && !(await this.renewOnce(lease))) {
      await pause(renewEveryMs * RENEW_RETRY_SHARE, this.stopping.signal);
    }
    state.renewing = false;
    if (!lease.isHeld()) this.held.delete(lease);
  }

  private async renewOnce(lease: HeldLease): Promise<boolean> {
    const { monotonicMs, replica, times, observer } = this.options;
    const key = this.keys.partition(lease.partition);
    const sentMs = monotonicMs();
    const value = encodeLeaseValue({ replica, instance: this.instance, incarnation: lease.incarnation, epoch: lease.epoch });
    try {
      lease.confirm(await this.bucket.update(key, value, lease.revision, times.renewEveryMs * RENEW_TIMEOUT_SHARE), sentMs);
      return true;
    } catch (error) {
      observer.troubled?.(`renewal ${lease.partition}`, error);
      await this.readBack(lease, key);
      return false;
    }
  }

  /** After an unclear renewal the entry itself says whether the lease is still ours, and under which revision. */
  private async readBack(lease: HeldLease, key: string): Promise<void> {
    try {
      const entry = await this.bucket.get(key);
      const value = entry?.operation === 'PUT' ? decodeLeaseValue(entry.value) : undefined;
      const isOurs = value?.instance === this.instance && (value.epoch ?? entry?.revision) === lease.epoch;
      if (!isOurs) lease.lose();
      else if (entry !== null) lease.adopt(entry.revision);
    } catch (error) {
      // Still unclear: the lease goes on until it steps down by itself.
      this.options.observer.troubled?.(`renewal ${lease.partition}`, error);
    }
  }
}
