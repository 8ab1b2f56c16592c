import { randomBytes } from 'node:crypto';
import { bucketNames, PARTITIONS, streamTable, Subjects, type StreamKey } from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { INCARNATION_METADATA } from '../src/lease-keeper.js';
import type { LeaseTimes, ReadLimits } from '@drawdown/partitions';
import { DEFAULT_READ_LIMITS } from '@drawdown/partitions';

/** Short enough for tests, long enough that a busy machine does not lose a lease by accident. */
export const SHORT_LEASES: LeaseTimes = { ttlMs: 2_000, renewEveryMs: 400, stepDownMs: 1_300 };

/** Faults are retried quickly; everything else as in production. */
export const EAGER_READS: ReadLimits = { ...DEFAULT_READ_LIMITS, retryMinMs: 5, retryMaxMs: 50 };

export const natsUrl = (): string => {
  const url = process.env['DRAWDOWN_NATS_URL'];
  if (url === undefined) throw new Error('DRAWDOWN_NATS_URL is not set: this test needs a NATS server with JetStream');
  return url;
};

/** Streams and buckets of one spec file under a prefix of their own, and every connection it opened. */
export class Deployment {
  private readonly connections: NatsConnection[] = [];

  private constructor(
    readonly prefix: string,
    readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    readonly jetstream: JetStreamClient,
  ) {}

  static async create(): Promise<Deployment> {
    const nats = await connect({ servers: natsUrl() });
    const manager = await jetstreamManager(nats);
    const prefix = `part${randomBytes(4).toString('hex')}`;
    const deployment = new Deployment(prefix, nats, manager, jetstream(nats));
    for (const key of ['usage', 'entitlements', 'deadletters'] as const) await deployment.addStream(key);
    return deployment;
  }

  get subjects(): Subjects {
    return new Subjects(this.prefix);
  }

  streamName(key: StreamKey): string {
    return streamTable(this.prefix)[key].name;
  }

  /** The bucket of leases; its time is the server's and must suit `LeaseTimes.ttlMs`. */
  async addLeases(times: LeaseTimes = SHORT_LEASES): Promise<void> {
    const metadata = { [INCARNATION_METADATA]: `I${randomBytes(4).toString('hex')}` };
    await new Kvm(this.nats).create(bucketNames(this.prefix).leases, { ttl: times.ttlMs, metadata });
  }

  /** A connection of its own, as another process would have. */
  async connect(name: string): Promise<NatsConnection> {
    const nats = await connect({ servers: natsUrl(), name, reconnectTimeWait: 50 });
    this.connections.push(nats);
    return nats;
  }

  async lastSequence(key: StreamKey): Promise<number> {
    return (await this.manager.streams.info(this.streamName(key))).state.last_seq;
  }

  /** Publishes straight to the stored form of `usage`, so that a test may choose the partition. */
  async publishUsage(partition: number, customer: string, data: string | Uint8Array): Promise<number> {
    const ack = await this.jetstream.publish(`${this.prefix}.p.usage.${partition}.ns.${customer}`, data);
    return ack.seq;
  }

  async destroy(): Promise<void> {
    for (const key of ['usage', 'entitlements', 'deadletters'] as const) await this.manager.streams.delete(this.streamName(key));
    await this.manager.streams.delete(`KV_${bucketNames(this.prefix).leases}`).catch(() => undefined);
    await Promise.all(this.connections.map(nats => nats.close()));
    await this.nats.close();
  }

  private async addStream(key: StreamKey): Promise<void> {
    const { name, subjects, transform } = streamTable(this.prefix)[key];
    await this.manager.streams.add({
      name,
      subjects: key === 'usage' ? [...subjects, `${this.prefix}.p.usage.>`] : [...subjects],
      ...(transform === undefined ? {} : { subject_transform: { src: transform.from, dest: transform.to } }),
      allow_direct: true,
      duplicate_window: nanos(100),
    });
  }
}

export const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, partition) => partition);
