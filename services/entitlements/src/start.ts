import { replicaName } from '@drawdown/connections';
import { partitionObserver, watchPartitions } from '@drawdown/partitions';
import { SegmentCache } from '@drawdown/projections';
import type { JsonLogger } from '@drawdown/telemetry';
import { OwnerCalls } from './adapters/grpc/owner/owner-calls.js';
import { AnnouncedPositions } from './adapters/jetstream/announced-positions.js';
import { CatalogFeed } from './adapters/jetstream/catalog-feed.js';
import { Partitions } from './adapters/partitions/partitions.js';
import type { Platform } from './adapters/partitions/platform.js';
import { usageObserver } from './adapters/telemetry.js';
import { Catalog } from './application/catalog/catalog.js';
import type { EntitlementsConfiguration } from './configuration.js';
import { openConnections, type Connections } from './connections.js';
import { callsOf, edgeOf } from './edge.js';

/** Segments of the index of ids that stay in memory, all partitions together. */
const SEGMENT_CACHE_BYTES = 64 * 1_024 * 1_024;

export interface RunningService {
  /** Where gRPC is answered. */
  readonly port: number;
  /** Goes in the order: no new calls, calls end, partitions are given up, connections close. */
  stop(): Promise<void>;
}

/** Starts one replica: servers, catalogue, partitions, edge; serves when all of them are ready. */
export const startEntitlements = async (configuration: EntitlementsConfiguration, logger: JsonLogger): Promise<RunningService> => {
  const connections = await openConnections(configuration);
  const catalog = new Catalog();
  let onCatalogChange = (): void => undefined;
  const feed = new CatalogFeed({
    nats: connections.nats,
    subjects: connections.subjects,
    streamName: connections.streamNameOf('entitlements'),
    reader: connections.readerOf('entitlements'),
    catalog,
    onChange: () => onCatalogChange(),
  });
  await feed.start();
  const partitions = await partitionsOf(configuration, connections, catalog, logger, (...request) => calls.serve(...request));
  const calls = callsOf(connections, partitions);
  onCatalogChange = () => partitions.takeUpMeters();
  await partitions.start();
  const server = await edgeOf(configuration, connections, partitions, catalog, feed, calls, logger);
  const port = await server.listen();
  server.setStatus('SERVING');
  return {
    port,
    stop: async () => {
      await server.drain(configuration.drainMs);
      await partitions.drain();
      await feed.stop();
      await connections.close();
    },
  };
};

const partitionsOf = async (
  configuration: EntitlementsConfiguration,
  connections: Connections,
  catalog: Catalog,
  logger: JsonLogger,
  serveRequest: OwnerCalls['serve'],
): Promise<Partitions> => {
  const { nats, db, subjects, clock, ledger, incarnations, readerOf } = connections;
  const platform: Platform = {
    nats,
    prefix: configuration.prefix,
    subjects,
    clock,
    ledger,
    usageReader: readerOf('usage'),
    ledgerReader: readerOf('entitlements'),
    catalog,
    announced: await AnnouncedPositions.open(nats, configuration.prefix),
    segmentCache: new SegmentCache(SEGMENT_CACHE_BYTES),
    observer: usageObserver(),
  };
  const partitions = new Partitions({
    platform,
    replica: replicaName(configuration),
    leaseTtlMs: configuration.leaseTtlMs,
    db,
    incarnation: `${incarnations.usage}/${incarnations.entitlements}`,
    observer: partitionObserver(logger),
    serve: serveRequest,
  });
  watchPartitions(() => partitions.host);
  return partitions;
};
