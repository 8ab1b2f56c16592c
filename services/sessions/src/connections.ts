import { readFile } from 'node:fs/promises';
import { Fault } from '@drawdown/errors';
import {
  ServerClock,
  streamTable,
  SubjectReader,
  Subjects,
  verifyStreams,
  type Incarnations,
  type StreamKey,
  type StreamTable,
} from '@drawdown/eventlog';
import { traceCommands } from '@drawdown/telemetry';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { Cluster, Redis } from 'ioredis';
import { MongoClient, type Db } from 'mongodb';
import type { SessionsConfiguration } from './configuration.js';

const MONGODB_SELECT_MS = 5_000;
/** A connection that says nothing for so long is given up, and what was asked is tried again. */
const MONGODB_ANSWER_MS = 30_000;
const NATS_CONNECT_MS = 5_000;
const REDIS_CONNECT_MS = 5_000;
/** A call that is not answered by then has failed; whether it had an effect, the next one finds out. */
const REDIS_ANSWER_MS = 10_000;
const REDIS_RECONNECT_MS_STEP = 100;
const REDIS_RECONNECT_MS_MAX = 2_000;

/** The log and the read models' database, found as they are declared. */
export interface Connections {
  readonly nats: NatsConnection;
  readonly db: Db;
  readonly redis: Redis | Cluster;
  readonly subjects: Subjects;
  readonly streams: StreamTable;
  readonly clock: ServerClock;
  readonly incarnations: Incarnations['streams'];
  /** Of the bucket of leases. */
  readonly leaseIncarnation: string;
  readonly manager: JetStreamManager;
  readonly publisher: JetStreamClient;
  readonly readerOf: (stream: StreamKey) => SubjectReader;
  close(): Promise<void>;
}

/**
 * Connects, and refuses servers that are not as declared (design §4.13).
 * @throws Refusal `STREAM_NOT_AS_DECLARED`, `SERVER_TOO_OLD`, `SYNC_NOT_ALWAYS`
 */
export const openConnections = async (
  configuration: SessionsConfiguration,
  onTrouble: (where: string, error: unknown) => void,
): Promise<Connections> => {
  const { prefix, mongodbUrl, mongodbDatabase } = configuration;
  const nats = await connectNats(configuration);
  const incarnations = await verifyStreams(nats, verification(configuration));
  const mongo = new MongoClient(mongodbUrl, {
    monitorCommands: true,
    serverSelectionTimeoutMS: MONGODB_SELECT_MS,
    socketTimeoutMS: MONGODB_ANSWER_MS,
  });
  traceCommands(mongo);
  await mongo.connect();
  const redis = connectRedis(configuration, onTrouble);
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const streams = streamTable(prefix);
  const clock = new ServerClock(() => performance.now());
  await firstSample(manager, streams.sessions.name, clock);
  return {
    nats,
    db: mongo.db(mongodbDatabase),
    redis,
    subjects: new Subjects(prefix),
    streams,
    clock,
    incarnations: incarnations.streams,
    leaseIncarnation: incarnations.leases,
    manager,
    publisher: jetstream(nats),
    readerOf: stream => new SubjectReader(manager, stream, streams[stream].name),
    close: async () => {
      await nats.drain();
      await mongo.close();
      redis.disconnect();
    },
  };
};

const verification = (configuration: SessionsConfiguration): Parameters<typeof verifyStreams>[1] => ({
  prefix: configuration.prefix,
  replicas: configuration.replicas === 3 ? 3 : 1,
  leaseTtlMs: configuration.leaseTtlMs,
  streams: ['hits', 'properties', 'sessions', 'usage', 'deadletters'],
  ...(configuration.requireSync === 'always' ? { requireSync: 'always' } : {}),
  ...(configuration.natsMonitoringUrl === undefined ? {} : { monitoringUrls: [configuration.natsMonitoringUrl] }),
});

const connectNats = async ({ natsUrl, natsCredentialsFile }: SessionsConfiguration): Promise<NatsConnection> => {
  const credentials = natsCredentialsFile === undefined ? undefined : await readFile(natsCredentialsFile);
  return connect({
    servers: natsUrl.split(','),
    name: 'drawdown sessions',
    timeout: NATS_CONNECT_MS,
    // A server that is gone for a while is waited for: partitions keep what they hold and go on where they were.
    maxReconnectAttempts: -1,
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(credentials) }),
  });
};

/** Reconnects for ever; calls fail meanwhile, and whoever made them tries again in order. */
const connectRedis = (
  { redisUrl, redisMode }: SessionsConfiguration,
  onTrouble: (where: string, error: unknown) => void,
): Redis | Cluster => {
  const times = { connectTimeout: REDIS_CONNECT_MS, commandTimeout: REDIS_ANSWER_MS, maxRetriesPerRequest: 0 };
  const retryMs = (attempt: number): number => Math.min(attempt * REDIS_RECONNECT_MS_STEP, REDIS_RECONNECT_MS_MAX);
  const redis =
    redisMode === 'cluster'
      ? new Cluster([redisUrl], { redisOptions: times, clusterRetryStrategy: retryMs })
      : new Redis(redisUrl, { ...times, retryStrategy: retryMs });
  redis.on('error', error => onTrouble('redis', error));
  return redis;
};

/** The clock must be good before the first operator's event is stamped; from then on the lease renewals feed it (design §3.16). */
const firstSample = async (manager: JetStreamManager, streamName: string, clock: ServerClock): Promise<void> => {
  const sentAtMs = performance.now();
  const { ts } = await manager.streams.info(streamName);
  if (ts === undefined) throw new Fault('CLOCK_UNCERTAIN', 'the server does not tell its time');
  clock.observe({ serverTimeMs: Date.parse(ts), sentAtMs, receivedAtMs: performance.now() });
};
