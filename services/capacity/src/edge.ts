import { JetStreamEventLog, streamTable } from '@drawdown/eventlog';
import { createGrpcServer, Identity, keysFromFile, type GrpcServer } from '@drawdown/grpc';
import { DeadLetterLog } from '@drawdown/partitions';
import { descriptorSet } from '@drawdown/proto';
import {
  DirectoryServiceService,
  OperationsServiceService,
  PoolCommandsServiceService,
  PoolsServiceService,
  ReservationsServiceService,
  WorkloadsServiceService,
} from '@drawdown/proto/capacity';
import type { JsonLogger } from '@drawdown/telemetry';
import { CapacityModule, type EdgeParts } from './adapters/grpc/capacity.module.js';
import { OWN_CODES } from './adapters/grpc/error-codes.js';
import { mongoQueries } from './adapters/mongo/queries/capacity-queries.js';
import { Operations } from './adapters/operations.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { setAsideEvents } from './adapters/wire/events/set-aside.js';
import { Admissions } from './application/flows/admissions.js';
import { Purchases } from './application/flows/purchases.js';
import { Splits } from './application/flows/splits.js';
import { OPERATIONS_KIND, SET_ASIDE_KEY, SetAsideLog } from './application/operations/set-aside.js';
import type { CapacityQueries } from './application/queries/ports.js';
import type { Seconds } from './domain/index.js';
import { termsOf } from './payments.js';
import type { Replica } from './start.js';

const MS_PER_SECOND = 1_000;

/** The gRPC server of this replica; it listens when told to. */
export const edgeOf = async (replica: Replica, logger: JsonLogger): Promise<GrpcServer> => {
  const { grpcHost, grpcPort, jwksFile, environment, tokenAudience } = replica.configuration;
  return createGrpcServer(CapacityModule.with(await partsOf(replica)), {
    host: grpcHost,
    port: grpcPort,
    services: [
      DirectoryServiceService,
      OperationsServiceService,
      PoolCommandsServiceService,
      PoolsServiceService,
      ReservationsServiceService,
      WorkloadsServiceService,
    ],
    identity: new Identity({ keys: await keysFromFile(jwksFile), audience: tokenAudience }),
    logger,
    codes: OWN_CODES,
    ...(environment === 'development' ? { descriptorSet } : {}),
  });
};

const partsOf = async (replica: Replica): Promise<EdgeParts> => {
  const { configuration, connections, calls, partitions, payments } = replica;
  const { clock, incarnations } = connections;
  const nowMs = (): number => clock.nowMs();
  const nowSeconds = (): number => Math.floor(nowMs() / MS_PER_SECOND);
  const queries = mongoQueries({ readModel: () => partitions.readModel, incarnation: incarnations.capacity ?? '', nowMs });
  const { acceptsLegacySignatures } = configuration;
  return {
    calls,
    queries,
    pools: new Splits(calls, nowMs),
    workloads: new Admissions(calls, nowSeconds),
    operations: await operationsOf(replica, queries, nowSeconds),
    reservations: new Purchases({ calls, payments, terms: termsOf(configuration), acceptsLegacySignatures, nowMs }),
    nowSeconds,
  };
};

const operationsOf = async (
  { configuration, connections, calls, partitions }: Replica,
  queries: CapacityQueries,
  nowSeconds: () => Seconds,
): Promise<Operations> => {
  const { nats, clock, subjects, publisher, incarnations, readerOf } = connections;
  const { prefix, commandWindowSeconds } = configuration;
  const log = await JetStreamEventLog.open(nats, streamTable(prefix).capacity, setAsideEvents);
  const subject = subjects.capacity(OPERATIONS_KIND, SET_ASIDE_KEY);
  return new Operations({
    calls,
    partitions,
    queries,
    subjects,
    incarnation: incarnations.capacity ?? '',
    deadLetters: new DeadLetterLog({ publisher, reader: readerOf('deadletters'), subjects, service: CONTEXT }),
    setAside: new SetAsideLog({ log, subject, clock, commandWindowMs: commandWindowSeconds * MS_PER_SECOND }),
    messageExists: async sequence => (await readerOf('capacity').at(sequence)) !== undefined,
    nowSeconds,
  });
};
