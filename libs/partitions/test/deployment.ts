import { randomBytes } from 'node:crypto';
import {
  bucketNames,
  PARTITIONS,
  provision,
  streamTable,
  Subjects,
  wantedStreamNames,
  type DeploymentOptions,
  type StreamKey,
} from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
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
  private readonly customers = new Map<string, string>();
  private readonly connections: NatsConnection[] = [];

  private constructor(
    readonly prefix: string,
    readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    readonly jetstream: JetStreamClient,
  ) {}

  static async create(times: LeaseTimes = SHORT_LEASES): Promise<Deployment> {
    const nats = await connect({ servers: natsUrl() });
    const deployment = new Deployment(`part${randomBytes(4).toString('hex')}`, nats, await jetstreamManager(nats), jetstream(nats));
    await provision(nats, deployment.options);
    const leases = `KV_${bucketNames(deployment.prefix).leases}`;
    const { config } = await deployment.manager.streams.info(leases);
    await deployment.manager.streams.update(leases, { ...config, max_age: nanos(times.ttlMs), duplicate_window: nanos(times.ttlMs) });
    return deployment;
  }

  private get options(): DeploymentOptions {
    return { prefix: this.prefix, streams: ['usage', 'entitlements', 'deadletters'] };
  }

  get subjects(): Subjects {
    return new Subjects(this.prefix);
  }

  streamName(key: StreamKey): string {
    return streamTable(this.prefix)[key].name;
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

  /** Publishes as a producer does; the customer is one of the wanted partition, the `which`-th of them. */
  async publishUsage(partition: number, data: string | Uint8Array, which = 0): Promise<number> {
    const ack = await this.jetstream.publish(this.subjects.usage('ns', this.customerOf(partition, which)), data);
    return ack.seq;
  }

  /** The `which`-th customer whose partition it is. */
  customerOf(partition: number, which = 0): string {
    const key = `${partition}/${which}`;
    let found = this.customers.get(key);
    for (let index = 0, seen = 0; found === undefined; index += 1) {
      const candidate = `customer-${index}`;
      if (this.subjects.customerPartition('ns', candidate) !== partition) continue;
      if (seen === which) found = candidate;
      seen += 1;
    }
    this.customers.set(key, found);
    return found;
  }

  async destroy(): Promise<void> {
    await Promise.all(this.connections.map(nats => nats.close()));
    for (const name of wantedStreamNames(this.options)) await this.manager.streams.delete(name);
    await this.nats.close();
  }
}

export const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, partition) => partition);
