import { JetStreamEventLog, PARTITIONS } from '@drawdown/eventlog';
import { createGrpcServer, Identity, keysFromFile, type GrpcServer } from '@drawdown/grpc';
import { descriptorSet } from '@drawdown/proto';
import { HitsServiceService, OperationsServiceService, PropertiesServiceService, SessionsServiceService } from '@drawdown/proto/sessions';
import type { JsonLogger } from '@drawdown/telemetry';
import { OWN_CODES } from './adapters/grpc/error-codes.js';
import { SessionsModule, type EdgeParts } from './adapters/grpc/sessions.module.js';
import { sessionsDeadLetters } from './adapters/jetstream/dead-letters.js';
import { HitPublisher } from './adapters/jetstream/hit-publisher.js';
import { LastCloses } from './adapters/jetstream/last-closes.js';
import { propertyEvents } from './adapters/jetstream/property-events.js';
import { DeadPersonLetters } from './adapters/jetstream/person-letters.js';
import { RecordedHitsReader } from './adapters/jetstream/recorded-hits.js';
import { PublishedChanges } from './adapters/jetstream/session-changes.js';
import { SessionCommands as OperatorFacts } from './adapters/jetstream/session-commands.js';
import { OPERATIONS_NAMESPACE, SET_ASIDE_KEY, setAsideEvents } from './adapters/jetstream/set-aside-events.js';
import { CONTEXT } from './adapters/partitions/platform.js';
import { StoredProgress } from './adapters/progress/read-progress.js';
import { ingestObserver } from './adapters/telemetry.js';
import { ReplayStart } from './application/commands/replay.js';
import { OperatorCommands } from './application/commands/operator-commands.js';
import { StoredOperations } from './application/operations/session-operations.js';
import { SetAsideLog } from './application/operations/set-aside.js';
import { PropertyLog } from './application/properties/property-log.js';
import { StoredOpenSessions } from './application/queries/stored-open-sessions.js';
import { clientKey } from './domain/index.js';
import { erasureOf } from './erasure.js';
import type { Replica } from './start.js';

const MS_PER_SECOND = 1_000;

/** The gRPC server of this replica; it listens when told to. */
export const edgeOf = async (replica: Replica, logger: JsonLogger): Promise<GrpcServer> => {
  const { grpcHost, grpcPort, jwksFile, environment, tokenAudience } = replica.configuration;
  return createGrpcServer(SessionsModule.with(await partsOf(replica)), {
    host: grpcHost,
    port: grpcPort,
    services: [HitsServiceService, OperationsServiceService, PropertiesServiceService, SessionsServiceService],
    identity: new Identity({ keys: await keysFromFile(jwksFile), audience: tokenAudience }),
    logger,
    codes: OWN_CODES,
    ...(environment === 'development' ? { descriptorSet } : {}),
  });
};

const partsOf = async (replica: Replica): Promise<EdgeParts> => {
  const { configuration, connections, properties, feed, views, store, engine } = replica;
  const { nats, subjects, streams, clock, manager, publisher, readerOf, incarnations } = connections;
  const nowMs = (): number => clock.nowMs();
  const tickMs = configuration.tickSeconds * MS_PER_SECOND;
  const open = new StoredOpenSessions(store, subjects);
  const lastCloses = new LastCloses(manager, streams.sessions.name, subjects);
  const operatorFacts = new OperatorFacts({ publisher, reader: readerOf('sessions'), subjects });
  const propertyLog = new PropertyLog(await JetStreamEventLog.open(nats, streams.properties, propertyEvents), subjects, clock);
  const bounds = { tickMs, duplicateRetentionMs: configuration.duplicateRetentionSeconds * MS_PER_SECOND };
  const publish = new HitPublisher(publisher, subjects);
  const operators = new OperatorCommands({
    log: operatorFacts,
    store,
    open,
    clientKeyOf: ({ namespace, propertyId }, clientId) => clientKey(namespace, propertyId, clientId),
    nowMs,
    onClosing: state => engine.ring(state),
  });
  const recorded = new RecordedHitsReader(readerOf('hits'), subjects, manager, streams.hits.name);
  const erasure = await erasureOf(replica, operatorFacts);
  const replays = new ReplayStart({ recorded, publish, properties: propertyLog, bounds, nowMs });
  return {
    properties: {
      log: propertyLog,
      registry: properties,
      reading: feed,
      incarnation: incarnations.properties ?? '',
      bounds,
    },
    hits: { publish, registry: properties, nowMs, incarnation: incarnations.hits ?? '', onRefused: ingestObserver().onRefused },
    sessions: {
      open,
      closed: views.queries,
      progress: new StoredProgress({
        applied: async state => (await store.positions(state)) ?? new Map<number, number>(),
        folded: state => views.folded(state),
        lastCloses: (namespace, propertyId) => lastCloses.of(namespace, propertyId),
      }),
      changes: new PublishedChanges({ nats, subjects, streamName: streams.sessions.name, reader: readerOf('sessions') }),
      commands: {
        end: (property, name, command) => operators.end(property, name, command),
        unmerge: (property, name, clientId, command) => operators.unmerge(property, name, clientId, command),
        erase: (property, person, command, signal) => erasure.erase(property, person, command, signal),
        startReplay: (property, range, command) => replays.start(property, range, command),
      },
      letters: new DeadPersonLetters(readerOf('deadletters'), subjects, CONTEXT),
      incarnations,
      tickMs,
    },
    operations: {
      operations: await operationsOf(replica),
      deadLetters: sessionsDeadLetters({ publisher, reader: readerOf('deadletters'), subjects, service: CONTEXT }),
      subjects,
      incarnations,
    },
  };
};

const operationsOf = async ({ configuration, connections, store, calls, views, parked }: Replica): Promise<StoredOperations> => {
  const { nats, subjects, streams, clock, readerOf } = connections;
  const { tickSeconds, closeLagSeconds } = configuration;
  const subject = subjects.property(OPERATIONS_NAMESPACE, SET_ASIDE_KEY);
  const setAsideLog = await JetStreamEventLog.open(nats, streams.properties, setAsideEvents);
  return new StoredOperations({
    store,
    owners: calls,
    tickSeconds,
    closeLagTicks: Math.ceil(closeLagSeconds / tickSeconds),
    nowMs: () => clock.nowMs(),
    rebuildViews: () => views.rebuild(),
    setAside: new SetAsideLog(setAsideLog, subject, clock),
    messageExists: async ({ stream, sequence }) => (await readerOf(stream).at(sequence)) !== undefined,
    setAsidePartition: subjects.parse(subject)?.partition ?? PARTITIONS,
    putBack: parkedSession => parked.putBack(parkedSession),
  });
};
