import { connectMongo, connectNats, openClock, verificationOf } from '@drawdown/connections';
import {
  type ServerClock,
  streamTable,
  SubjectReader,
  Subjects,
  verifyStreams,
  type Incarnations,
  type StreamKey,
  type StreamTable,
} from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Cluster, Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { SessionsConfiguration } from './configuration.js';

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
  const { prefix, mongodbDatabase } = configuration;
  const nats = await connectNats(configuration, 'drawdown sessions');
  const incarnations = await verifyStreams(nats, verificationOf(configuration, ['hits', 'properties', 'sessions', 'usage', 'deadletters']));
  const mongo = await connectMongo(configuration);
  const redis = connectRedis(configuration, onTrouble);
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const streams = streamTable(prefix);
  const clock = await openClock(manager, streams.sessions.name);
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
