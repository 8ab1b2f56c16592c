import { hostname } from 'node:os';
import { encodePosition, PARTITIONS } from '@drawdown/eventlog';
import { createGrpcServer, Identity, keysFromFile, type GrpcServer } from '@drawdown/grpc';
import {
  AccessServiceService,
  BalancesServiceService,
  CatalogServiceService,
  descriptorSet,
  EntitlementsServiceService,
  GrantsServiceService,
  OperationsServiceService,
  UsageServiceService,
} from '@drawdown/proto';
import { SegmentCache } from '@drawdown/projections';
import type { JsonLogger } from '@drawdown/telemetry';
import type { Provider } from '@nestjs/common';
import { BatchAccess } from './adapters/grpc/batch-access.js';
import { CatalogReads } from './adapters/grpc/catalog-reads.js';
import { EntitlementsModule } from './adapters/grpc/entitlements.module.js';
import { OWN_CODES } from './adapters/grpc/error-codes.js';
import { Lists } from './adapters/grpc/lists.js';
import { Operations } from './adapters/grpc/operations.js';
import { CustomerCommands } from './adapters/grpc/owner/commands.js';
import { auditRoute, statusRoute } from './adapters/grpc/owner/operations.js';
import { OwnerCalls } from './adapters/grpc/owner/owner-calls.js';
import { checkAccess, getBalance, getBalanceHistory, getEntitlement, getGrant } from './adapters/grpc/owner/reads.js';
import { Positions } from './adapters/grpc/owner/positions.js';
import { usageEffectsRoute } from './adapters/grpc/owner/usage-effects.js';
import { UsageIngest } from './adapters/grpc/usage-ingest.js';
import { AnnouncedPositions } from './adapters/jetstream/announced-positions.js';
import { CatalogFeed } from './adapters/jetstream/catalog-feed.js';
import { DeadLetterLog } from './adapters/jetstream/dead-letters.js';
import { publishUsageTo } from './adapters/jetstream/usage-events.js';
import { StoredAccounts } from './adapters/mongo/stored-accounts.js';
import { Partitions } from './adapters/partitions/partitions.js';
import { CONTEXT, type Platform } from './adapters/partitions/platform.js';
import { partitionObserver, usageObserver, watchPartitions } from './adapters/telemetry.js';
import { CatalogLog } from './application/catalog/catalog-log.js';
import { Catalog } from './application/catalog/catalog.js';
import type { EntitlementsConfiguration } from './configuration.js';
import { openConnections, type Connections } from './connections.js';

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
  const server = await serve(configuration, connections, partitions, catalog, feed, calls, logger);
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
    replica: configuration.replica ?? `${hostname()}-${process.pid}`.replace(/[^A-Za-z0-9_-]/g, '-'),
    leaseTtlMs: configuration.leaseTtlMs,
    db,
    incarnation: `${incarnations.usage}/${incarnations.entitlements}`,
    observer: partitionObserver(logger),
    serve: serveRequest,
  });
  watchPartitions(() => partitions.host);
  return partitions;
};

const callsOf = ({ subjects, incarnations, ledger, clock }: Connections, partitions: Partitions): OwnerCalls =>
  new OwnerCalls(
    subjects,
    partitions,
    new Positions(incarnations),
    new StoredAccounts({ readModel: () => partitions.readModel, log: ledger, subjects, clock }),
  );

const serve = async (
  configuration: EntitlementsConfiguration,
  connections: Connections,
  partitions: Partitions,
  catalog: Catalog,
  feed: CatalogFeed,
  calls: OwnerCalls,
  logger: JsonLogger,
): Promise<GrpcServer> => {
  const { host, port, jwksFile, environment, tokenAudience } = {
    ...configuration,
    host: configuration.grpcHost,
    port: configuration.grpcPort,
  };
  return createGrpcServer(EntitlementsModule.with(providersOf(connections, partitions, catalog, feed, calls)), {
    host,
    port,
    services: [
      AccessServiceService,
      BalancesServiceService,
      CatalogServiceService,
      EntitlementsServiceService,
      GrantsServiceService,
      OperationsServiceService,
      UsageServiceService,
    ],
    identity: new Identity({ keys: await keysFromFile(jwksFile), audience: tokenAudience }),
    logger,
    codes: OWN_CODES,
    ...(environment === 'development' ? { descriptorSet } : {}),
  });
};

const providersOf = (
  { subjects, clock, catalogLog, publisher, readerOf, incarnations }: Connections,
  partitions: Partitions,
  catalog: Catalog,
  feed: CatalogFeed,
  calls: OwnerCalls,
): Provider[] => {
  const nowMs = (): number => clock.nowMs();
  const log = new CatalogLog(catalogLog, subjects, clock, catalog);
  const commands = new CustomerCommands(log, ({ account, sequence }) =>
    encodePosition(calls.positions.of(calls.partitionOf(account.key.namespace, account.key.customer), 0, sequence)),
  );
  const batch = new BatchAccess(calls);
  const effects = usageEffectsRoute(readerOf('usage'), subjects, subject =>
    partitions.host.reader(subjects.parse(subject)?.partition ?? PARTITIONS),
  );
  const audits = auditRoute(partitions.open);
  const statuses = statusRoute(() => partitions.host);
  commands.registerAt(calls);
  calls.register(getBalance);
  calls.register(getBalanceHistory);
  calls.register(getEntitlement);
  calls.register(getGrant);
  calls.register(checkAccess);
  calls.register(batch.route);
  calls.register(effects);
  calls.register(audits);
  calls.register(statuses);
  const incarnation = incarnations.entitlements ?? '';
  const operations = new Operations({
    calls,
    host: () => partitions.host,
    readModel: () => partitions.readModel,
    catalog: log,
    deadLetters: new DeadLetterLog(publisher, readerOf('deadletters'), subjects, CONTEXT),
    subjects,
    incarnation,
    auditRoute: audits,
    statusRoute: statuses,
  });
  return [
    { provide: OwnerCalls, useValue: calls },
    { provide: CustomerCommands, useValue: commands },
    { provide: BatchAccess, useValue: batch },
    { provide: Lists, useValue: new Lists(() => partitions.readModel, nowMs) },
    { provide: CatalogLog, useValue: log },
    { provide: CatalogReads, useValue: new CatalogReads(catalog, feed, incarnation) },
    { provide: UsageIngest, useValue: new UsageIngest(publishUsageTo(publisher, subjects), calls, effects, nowMs) },
    { provide: Operations, useValue: operations },
  ];
};
