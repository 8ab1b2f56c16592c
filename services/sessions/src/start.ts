import { hostname } from 'node:os';
import type { Lease } from '@drawdown/partitions';
import type { JsonLogger } from '@drawdown/telemetry';
import { PropertyFeed } from './adapters/jetstream/property-feed.js';
import { RefusedHitLetters } from './adapters/jetstream/refused-hits.js';
import { SessionPublisher } from './adapters/jetstream/session-publisher.js';
import { RegistrySourcePositions } from './adapters/jetstream/source-positions.js';
import { SessionViews } from './adapters/mongo/session-views.js';
import { OpenedBeside } from './adapters/partitions/opened-beside.js';
import { Partitions } from './adapters/partitions/partitions.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { RedisSessionStore } from './adapters/redis/redis-session-store.js';
import { handOverObserver, ingestObserver, partitionObserver, watchPartitions } from './adapters/telemetry.js';
import { HitRecords } from './application/ingest/hit-record.js';
import { PropertyRegistry } from './application/properties/registry.js';
import type { SessionsConfiguration } from './configuration.js';
import { openConnections } from './connections.js';
import { Guard } from './domain/index.js';
import { Engine } from './engine.js';

const MS_PER_SECOND = 1_000;

export interface RunningService {
  /** Where gRPC is answered. */
  readonly port: number;
  /** Goes in the order: no new calls, calls end, partitions are given up, connections close. */
  stop(): Promise<void>;
}

/** Starts one replica: servers, properties, read model, partitions, edge; serves when all of them are ready. */
export const startSessions = async (configuration: SessionsConfiguration, logger: JsonLogger): Promise<RunningService> => {
  const onTrouble = (where: string, error: unknown): void => logger.error('trouble', { where, err: error });
  const connections = await openConnections(configuration, onTrouble);
  const { nats, subjects, streams, readerOf, incarnations, clock, db, redis, publisher } = connections;
  const { prefix } = configuration;
  const observer = partitionObserver(logger);
  const properties: PropertyRegistry = new PropertyRegistry(() => feed.current());
  const feed = new PropertyFeed({
    nats,
    subjects,
    streamName: streams.properties.name,
    reader: readerOf('properties'),
    registry: properties,
  });
  await feed.start();
  const isSetAside = (): boolean => false;
  const views = await SessionViews.open({
    nats,
    prefix,
    subjects,
    reader: readerOf('sessions'),
    isSetAside,
    nowMs: () => clock.nowMs(),
    db,
    incarnation: incarnations.sessions ?? '',
    observer,
  });
  const engine = new Engine({
    configuration,
    connections,
    store: new RedisSessionStore(redis, {
      prefix: configuration.redisKeyPrefix,
      duplicateRetentionMs: configuration.duplicateRetentionSeconds * MS_PER_SECOND,
    }),
    properties,
    records: new HitRecords(new Guard(), configuration.tickSeconds * MS_PER_SECOND),
    positions: await RegistrySourcePositions.open(nats, prefix),
    refused: new RefusedHitLetters(nats, subjects, CONTEXT),
    sessionLog: new SessionPublisher({ publisher, subjects }),
    parking: { park: () => Promise.reject(new Error('later')) },
    ingestObserver: ingestObserver(),
    handOverObserver: handOverObserver(logger),
    companionsOf: (lease: Lease) => [new OpenedBeside(views, lease, error => onTrouble(`views of ${lease.partition}`, error))],
    rebuild: () => Promise.reject(new Error('later')),
    reportLost: () => Promise.resolve(),
    serve: () => Promise.resolve(new Uint8Array()),
    onTrouble,
  });
  const partitions = new Partitions({
    log: connections,
    replica: configuration.replica ?? `${hostname()}-${process.pid}`.replace(/[^A-Za-z0-9_-]/g, '-'),
    leaseTtlMs: configuration.leaseTtlMs,
    observer,
    isSetAside,
    partitionFor: lease => engine.partition(lease),
  });
  watchPartitions(() => partitions.host);
  await partitions.start();
  return {
    port: 0,
    stop: async () => {
      await partitions.drain();
      await views.stop();
      await feed.stop();
      await connections.close();
    },
  };
};
