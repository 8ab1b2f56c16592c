import { replicaName } from '@drawdown/connections';
import type { Lease } from '@drawdown/partitions';
import type { JsonLogger } from '@drawdown/telemetry';
import { ParkedSessions } from './adapters/jetstream/parked-sessions.js';
import { JetStreamProbes } from './adapters/jetstream/probes.js';
import { PropertyFeed } from './adapters/jetstream/property-feed.js';
import { RefusedHitLetters } from './adapters/jetstream/refused-hits.js';
import { SessionPublisher } from './adapters/jetstream/session-publisher.js';
import { expiredOf } from './adapters/jetstream/session-retention.js';
import { SessionUsageFeed } from './adapters/jetstream/session-usage-feed.js';
import { SessionUsagePositions } from './adapters/jetstream/session-usage-positions.js';
import { publishSessionUsageTo } from './adapters/jetstream/session-usage-publisher.js';
import { RegistryStampSalts } from './adapters/jetstream/stamp-salts.js';
import { RegistrySourcePositions } from './adapters/jetstream/source-positions.js';
import { SessionViews } from './adapters/mongo/session-views.js';
import { OpenedBeside } from './adapters/partitions/opened-beside.js';
import { OwnerCalls } from './adapters/partitions/owner-calls.js';
import { Partitions } from './adapters/partitions/partitions.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { stateHistory } from './adapters/partitions/state-history.js';
import { RedisSessionStore } from './adapters/redis/redis-session-store.js';
import {
  handOverObserver,
  ingestObserver,
  partitionObserver,
  probeObserver,
  publishObserver,
  watchPartitions,
  watchProbes,
  watchStore,
  workObserver,
} from './adapters/telemetry.js';
import { HitRecords } from './application/ingest/hit-record.js';
import { SetAsideMessages } from './application/operations/set-aside.js';
import { Vitals } from './application/operations/vitals.js';
import { PropertyRegistry } from './application/properties/registry.js';
import { Loop } from './application/state/loop.js';
import { MemoryPressure } from './application/state/pressure.js';
import type { SessionsConfiguration } from './configuration.js';
import { openConnections, type Connections } from './connections.js';
import { Guard, probeProperty } from './domain/index.js';
import { edgeOf } from './edge.js';
import { Engine } from './engine.js';
import { answersOf } from './owner-answers.js';

const MS_PER_SECOND = 1_000;
/** Salts of the next day are made a day before it begins. */
const ROTATE_SALTS_EVERY_MS = 3_600_000;
const EXPIRE_DOCUMENTS_EVERY_MS = 3_600_000;
const LOOK_AT_MEMORY_EVERY_MS = 1_000;
/** What metrics show is at most so old. */
const LOOK_AT_VITALS_EVERY_MS = 5_000;

export interface RunningService {
  /** Where gRPC is answered. */
  readonly port: number;
  /** Goes in the order: no new calls, calls end, partitions are given up, connections close. */
  stop(): Promise<void>;
}

/** What one replica is made of, before its edge. */
export interface Replica {
  readonly configuration: SessionsConfiguration;
  readonly connections: Connections;
  readonly store: RedisSessionStore;
  readonly properties: PropertyRegistry;
  readonly feed: PropertyFeed;
  readonly setAside: SetAsideMessages;
  readonly views: SessionViews;
  readonly engine: Engine;
  readonly parked: ParkedSessions;
  readonly partitions: Partitions;
  readonly calls: OwnerCalls;
  readonly pressure: MemoryPressure;
  readonly vitals: Vitals;
  readonly salts: RegistryStampSalts;
}

/** Starts one replica: servers, properties, read model, partitions, edge; serves when all of them are ready. */
export const startSessions = async (configuration: SessionsConfiguration, logger: JsonLogger): Promise<RunningService> => {
  const onTrouble = (where: string, error: unknown): void => logger.error('trouble', { where, err: error });
  const connections = await openConnections(configuration, onTrouble);
  const replica = await replicaOf(configuration, connections, logger, onTrouble);
  const { partitions, views, feed, pressure, vitals, salts } = replica;
  const server = await edgeOf(replica, logger);
  /** A replica that must refuse hits says so before it is asked (sessions §12.6). */
  const tellReadiness = (): void => server.setStatus(pressure.isFull ? 'NOT_SERVING' : 'SERVING');
  const lookingAtMemory = new Loop({
    idleMs: LOOK_AT_MEMORY_EVERY_MS,
    onFailure: error => onTrouble('memory of redis', error),
    work: async () => {
      await pressure.look();
      tellReadiness();
      return false;
    },
  });
  const lookingAtVitals = new Loop({
    idleMs: LOOK_AT_VITALS_EVERY_MS,
    onFailure: error => onTrouble('vitals of open sessions', error),
    work: async () => {
      await vitals.look();
      return false;
    },
  });
  const rotatingSalts = new Loop({
    idleMs: ROTATE_SALTS_EVERY_MS,
    onFailure: error => onTrouble('salts of stamps', error),
    work: async () => {
      await salts.refresh();
      return false;
    },
  });
  const expiringDocuments = new Loop({
    idleMs: EXPIRE_DOCUMENTS_EVERY_MS,
    onFailure: error => onTrouble('documents older than the stream', error),
    work: async () => {
      await views.expire();
      return false;
    },
  });
  lookingAtMemory.start();
  rotatingSalts.start();
  await partitions.start();
  lookingAtVitals.start();
  expiringDocuments.start();
  const port = await server.listen();
  tellReadiness();
  return {
    port,
    stop: async () => {
      // First: it would call a replica ready again that is on its way out.
      await Promise.all([lookingAtMemory.stop(), lookingAtVitals.stop(), rotatingSalts.stop(), expiringDocuments.stop()]);
      await server.drain(configuration.drainMs);
      await partitions.drain();
      await views.stop();
      await feed.stop();
      await connections.close();
    },
  };
};

const replicaOf = async (
  configuration: SessionsConfiguration,
  connections: Connections,
  logger: JsonLogger,
  onTrouble: (where: string, error: unknown) => void,
): Promise<Replica> => {
  const { nats, subjects, streams, readerOf, incarnations, leaseIncarnation, clock, db, redis, publisher, manager } = connections;
  const { prefix } = configuration;
  const observer = partitionObserver(logger);
  const nowMs = (): number => clock.nowMs();
  const salts = await RegistryStampSalts.open(nats, prefix, nowMs);
  const setAside = new SetAsideMessages();
  const isSetAside = (stream: string, sequence: number): boolean => setAside.has(stream, sequence);
  const own = probeProperty(configuration.tickSeconds * MS_PER_SECOND);
  const properties: PropertyRegistry = new PropertyRegistry(() => feed.current(), own);
  const feed = new PropertyFeed({
    nats,
    subjects,
    streamName: streams.properties.name,
    reader: readerOf('properties'),
    registry: properties,
    setAside,
  });
  await feed.start();
  const { redisDurability, redisDurableReplicas } = configuration;
  const store = await RedisSessionStore.open(redis, {
    durability: redisDurability === 'replica' ? { kind: redisDurability, replicas: redisDurableReplicas } : { kind: redisDurability },
    prefix: configuration.redisKeyPrefix,
    duplicateRetentionMs: configuration.duplicateRetentionSeconds * MS_PER_SECOND,
    numbers: { hits: incarnations.hits ?? '', leases: leaseIncarnation },
  });
  const incarnation = incarnations.sessions ?? '';
  const access = { nats, prefix, subjects, reader: readerOf('sessions'), isSetAside, nowMs, observer };
  const expired = (): ReturnType<typeof expiredOf> => expiredOf(manager, streams.sessions.name, nowMs());
  const views = await SessionViews.open({ ...access, db, incarnation, expired });
  const usagePositions = await SessionUsagePositions.open(nats, prefix, incarnation);
  const usage = new UsageFeeds(lease =>
    SessionUsageFeed.start({ ...access, lease, publish: publishSessionUsageTo(publisher, subjects), positions: usagePositions }),
  );
  const sessionLog = new SessionPublisher({ publisher, subjects, onPublished: publishObserver() });
  const parked = new ParkedSessions({
    publisher,
    reader: readerOf('deadletters'),
    sessions: readerOf('sessions'),
    subjects,
    service: CONTEXT,
    store,
    sessionLog,
  });
  const pressure = new MemoryPressure(store);
  const engine = new Engine({
    configuration,
    connections,
    store,
    properties,
    records: new HitRecords(new Guard(salts), configuration.tickSeconds * MS_PER_SECOND),
    positions: await RegistrySourcePositions.open(nats, prefix, incarnations.hits ?? ''),
    refused: new RefusedHitLetters(nats, subjects, CONTEXT),
    sessionLog,
    parking: parked,
    ingestObserver: ingestObserver(),
    handOverObserver: handOverObserver(logger),
    workObserver: workObserver(),
    companionsOf: lease => [
      new OpenedBeside(views, lease, error => onTrouble(`views of ${lease.partition}`, error)),
      new OpenedBeside(usage, lease, error => onTrouble(`usage of ${lease.partition}`, error)),
    ],
    history: stateHistory({ nats, subjects, readerOf, isSetAside, observer }),
    probes: {
      log: new JetStreamProbes({ publisher, manager, subjects, sessionsStream: streams.sessions.name }),
      reads: views,
      observer: probeObserver(),
    },
    pressure,
    onRebuild: (state, step) => logger.warn('a lost state partition is read again', { state, step }),
    reportLost: async (state, loss) => {
      await calls.ask(state, { op: 'state-lost', ...loss });
    },
    serve: (partition, request) => calls.serve(partition, request.data),
    onTrouble,
  });
  const partitions: Partitions = new Partitions({
    log: connections,
    replica: replicaName(configuration),
    leaseTtlMs: configuration.leaseTtlMs,
    observer,
    isSetAside,
    partitionFor: lease => engine.partition(lease),
  });
  const calls: OwnerCalls = new OwnerCalls(
    () => partitions,
    answersOf(engine, views, () => partitions),
  );
  const vitals = new Vitals({
    store,
    owned: () => partitions.host.status().flatMap(({ partition }) => (partitions.host.owns(partition) ? [partition] : [])),
    tickSeconds: configuration.tickSeconds,
    closeLagTicks: Math.ceil(configuration.closeLagSeconds / configuration.tickSeconds),
    nowMs,
  });
  watchPartitions(() => partitions.host);
  watchStore(vitals, pressure);
  watchProbes(
    () => engine.probes(),
    () => clock.nowMs(),
  );
  return {
    configuration,
    connections,
    store,
    properties,
    feed,
    setAside,
    views,
    engine,
    parked,
    partitions,
    calls,
    pressure,
    vitals,
    salts,
  };
};

/** The feed of each held partition. */
class UsageFeeds {
  readonly #feeds = new Map<number, SessionUsageFeed>();

  constructor(private readonly startFor: (lease: Lease) => Promise<SessionUsageFeed>) {}

  async own(lease: Lease): Promise<void> {
    this.#feeds.set(lease.partition, await this.startFor(lease));
  }

  async release(partition: number): Promise<void> {
    const feed = this.#feeds.get(partition);
    this.#feeds.delete(partition);
    await feed?.stop();
  }
}
