import { replicaName } from '@drawdown/connections';
import { partitionObserver, watchPartitions } from '@drawdown/partitions';
import { SegmentCache } from '@drawdown/projections';
import type { JsonLogger } from '@drawdown/telemetry';
import { SetAsideFeed } from './adapters/jetstream/set-aside-feed.js';
import { poolsOnNode } from './adapters/mongo/queries/pools.js';
import { OwnerCalls } from './adapters/partitions/owner-calls.js';
import { Partitions } from './adapters/partitions/partitions.js';
import type { Platform } from './adapters/partitions/platform.js';
import { ownerObserver } from './adapters/telemetry.js';
import { Consequences } from './application/flows/consequences.js';
import { TopUps } from './application/flows/top-ups.js';
import type { Payments } from './application/payments/port.js';
import { OPERATIONS_KIND, SET_ASIDE_KEY, SetAsideMessages } from './application/operations/set-aside.js';
import type { CapacityConfiguration } from './configuration.js';
import { openConnections, type Connections } from './connections.js';
import { edgeOf } from './edge.js';
import { paymentsOf, termsOf } from './payments.js';

/** Segments of the index of command ids that stay in memory, all partitions together. */
const SEGMENT_CACHE_BYTES = 32 * 1_024 * 1_024;
const MS_PER_SECOND = 1_000;

export interface RunningService {
  /** Where gRPC is answered. */
  readonly port: number;
  /** Goes in the order: no new calls, calls end, partitions are given up, connections close. */
  stop(): Promise<void>;
}

/** What one replica is made of, before its edge. */
export interface Replica {
  readonly configuration: CapacityConfiguration;
  readonly connections: Connections;
  readonly partitions: Partitions;
  readonly calls: OwnerCalls;
  readonly payments: Payments;
  readonly setAsideFeed: SetAsideFeed;
}

/** Starts one replica: servers, partitions, edge; serves when all of them are ready. */
export const startCapacity = async (configuration: CapacityConfiguration, logger: JsonLogger): Promise<RunningService> => {
  const connections = await openConnections(configuration);
  const replica = await replicaOf(configuration, connections, logger);
  const { partitions, setAsideFeed } = replica;
  await setAsideFeed.start();
  await partitions.start();
  const server = await edgeOf(replica, logger);
  const port = await server.listen();
  server.setStatus('SERVING');
  return {
    port,
    stop: async () => {
      await server.drain(configuration.drainMs);
      await partitions.drain();
      await setAsideFeed.stop();
      await connections.close();
    },
  };
};

const replicaOf = async (configuration: CapacityConfiguration, connections: Connections, logger: JsonLogger): Promise<Replica> => {
  const { nats, db, subjects, clock, logs, incarnations, readerOf, streamNameOf } = connections;
  const setAside = new SetAsideMessages();
  const platform: Platform = {
    nats,
    prefix: configuration.prefix,
    subjects,
    clock,
    logs,
    reader: readerOf('capacity'),
    segmentCache: new SegmentCache(SEGMENT_CACHE_BYTES),
    commandWindowMs: configuration.commandWindowSeconds * MS_PER_SECOND,
    isSetAside: (_stream, sequence) => setAside.has(sequence),
    observer: ownerObserver(logger),
  };
  const calls: OwnerCalls = new OwnerCalls(platform, incarnations, () => partitions);
  const payments = await paymentsOf(configuration, calls, clock);
  const consequences = new Consequences(
    () => calls,
    (namespace, nodeId) => poolsOnNode(partitions.readModel, namespace, nodeId),
    () => clock.nowMs(),
    new TopUps({ calls, payments, terms: termsOf(configuration), nowMs: () => clock.nowMs() }),
  );
  const partitions: Partitions = new Partitions({
    platform,
    replica: replicaName(configuration),
    leaseTtlMs: configuration.leaseTtlMs,
    db,
    incarnation: incarnations.capacity ?? '',
    observer: partitionObserver(logger),
    settle: (owner, touched) => consequences.settle(owner, touched),
    payments,
    serve: (owner, partition, request) => calls.serve(owner, partition, request),
  });
  watchPartitions(() => partitions.host);
  const setAsideFeed = new SetAsideFeed({
    nats,
    streamName: streamNameOf('capacity'),
    subject: subjects.capacity(OPERATIONS_KIND, SET_ASIDE_KEY),
    reader: readerOf('capacity'),
    messages: setAside,
  });
  return { configuration, connections, partitions, calls, payments, setAsideFeed };
};
