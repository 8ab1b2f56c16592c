import { connectMongo, connectNats, openClock, verificationOf } from '@drawdown/connections';
import {
  JetStreamEventLog,
  type ServerClock,
  streamTable,
  SubjectReader,
  Subjects,
  verifyStreams,
  type EventLog,
  type Incarnations,
  type StreamKey,
} from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { catalogEvents } from './adapters/jetstream/catalog-events.js';
import { customerEvents } from './adapters/jetstream/customer-events.js';
import type { EntitlementsConfiguration } from './configuration.js';
import type { CatalogEvent, CustomerEvent } from './domain/index.js';

/** The servers, found as they are declared, and what is read from and written to them. */
export interface Connections {
  readonly nats: NatsConnection;
  readonly db: Db;
  readonly subjects: Subjects;
  readonly clock: ServerClock;
  readonly incarnations: Incarnations['streams'];
  readonly publisher: JetStreamClient;
  readonly ledger: EventLog<CustomerEvent>;
  readonly catalogLog: EventLog<CatalogEvent>;
  readonly readerOf: (stream: StreamKey) => SubjectReader;
  readonly streamNameOf: (stream: StreamKey) => string;
  close(): Promise<void>;
}

/**
 * Connects, and refuses servers that are not as declared (design §4.13).
 * @throws Refusal `STREAM_NOT_AS_DECLARED`, `SERVER_TOO_OLD`, `SYNC_NOT_ALWAYS`
 */
export const openConnections = async (configuration: EntitlementsConfiguration): Promise<Connections> => {
  const { prefix, mongodbDatabase } = configuration;
  const nats = await connectNats(configuration, 'drawdown entitlements');
  const incarnations = await verifyStreams(nats, verificationOf(configuration, ['usage', 'entitlements', 'deadletters']));
  const mongo = await connectMongo(configuration);
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const streams = streamTable(prefix);
  const clock = await openClock(manager, streams.entitlements.name);
  return {
    nats,
    db: mongo.db(mongodbDatabase),
    subjects: new Subjects(prefix),
    clock,
    incarnations: incarnations.streams,
    publisher: jetstream(nats),
    ledger: await JetStreamEventLog.open(nats, streams.entitlements, customerEvents),
    catalogLog: await JetStreamEventLog.open(nats, streams.entitlements, catalogEvents),
    readerOf: stream => new SubjectReader(manager, stream, streams[stream].name),
    streamNameOf: stream => streams[stream].name,
    close: async () => {
      await nats.drain();
      await mongo.close();
    },
  };
};
