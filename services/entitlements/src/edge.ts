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
import { CatalogFeed } from './adapters/jetstream/catalog-feed.js';
import { entitlementsDeadLetters } from './adapters/jetstream/dead-letters.js';
import { publishUsageTo } from './adapters/jetstream/usage-events.js';
import { StoredAccounts } from './adapters/mongo/stored-accounts.js';
import { Partitions } from './adapters/partitions/partitions.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { CatalogLog } from './application/catalog/catalog-log.js';
import { Catalog } from './application/catalog/catalog.js';
import type { EntitlementsConfiguration } from './configuration.js';
import { type Connections } from './connections.js';

/** How calls find the owner of their customer. */
export const callsOf = ({ subjects, incarnations, ledger, clock }: Connections, partitions: Partitions): OwnerCalls =>
  new OwnerCalls(
    subjects,
    partitions,
    new Positions(incarnations),
    new StoredAccounts({ readModel: () => partitions.readModel, log: ledger, subjects, clock }),
  );

/** The gRPC server of this replica; it listens when told to. */
export const edgeOf = async (
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
    messageAt: async (stream, sequence) => readerOf(stream).at(sequence),
    deadLetters: entitlementsDeadLetters({ publisher, reader: readerOf('deadletters'), subjects, service: CONTEXT }),
    subjects,
    incarnation,
    auditRoute: audits,
    statusRoute: statuses,
  });
  return [
    { provide: OwnerCalls, useValue: calls },
    { provide: CustomerCommands, useValue: commands },
    { provide: BatchAccess, useValue: batch },
    { provide: Lists, useValue: new Lists(() => partitions.readModel, calls.positions, nowMs) },
    { provide: CatalogLog, useValue: log },
    { provide: CatalogReads, useValue: new CatalogReads(catalog, feed, incarnation) },
    { provide: UsageIngest, useValue: new UsageIngest(publishUsageTo(publisher, subjects), calls, effects, nowMs) },
    { provide: Operations, useValue: operations },
  ];
};
