import { connectMongo, connectNats, openClock, verificationOf } from '@drawdown/connections';
import {
  JetStreamEventLog,
  streamTable,
  SubjectReader,
  Subjects,
  verifyStreams,
  type Incarnations,
  type ServerClock,
  type StreamKey,
} from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { registries } from './adapters/wire/registries.js';
import type { Logs } from './application/aggregates/aggregates.js';
import type { CapacityConfiguration } from './configuration.js';

/** The servers, found as they are declared, and what is read from and written to them. */
export interface Connections {
  readonly nats: NatsConnection;
  readonly db: Db;
  readonly subjects: Subjects;
  readonly clock: ServerClock;
  readonly incarnations: Incarnations['streams'];
  readonly publisher: JetStreamClient;
  readonly logs: Logs;
  readonly readerOf: (stream: StreamKey) => SubjectReader;
  readonly streamNameOf: (stream: StreamKey) => string;
  close(): Promise<void>;
}

/**
 * Connects, and refuses servers that are not as declared (design §4.13).
 * @throws Refusal `STREAM_NOT_AS_DECLARED`, `SERVER_TOO_OLD`, `SYNC_NOT_ALWAYS`
 */
export const openConnections = async (configuration: CapacityConfiguration): Promise<Connections> => {
  const { prefix, mongodbDatabase } = configuration;
  const nats = await connectNats(configuration, 'drawdown capacity');
  const incarnations = await verifyStreams(nats, verificationOf(configuration, ['capacity', 'deadletters']));
  const mongo = await connectMongo(configuration);
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const streams = streamTable(prefix);
  return {
    nats,
    db: mongo.db(mongodbDatabase),
    subjects: new Subjects(prefix),
    clock: await openClock(manager, streams.capacity.name),
    incarnations: incarnations.streams,
    publisher: jetstream(nats),
    logs: {
      pool: await JetStreamEventLog.open(nats, streams.capacity, registries.pool),
      reservation: await JetStreamEventLog.open(nats, streams.capacity, registries.reservation),
      nonce: await JetStreamEventLog.open(nats, streams.capacity, registries.nonce),
      counter: await JetStreamEventLog.open(nats, streams.capacity, registries.counter),
      party: await JetStreamEventLog.open(nats, streams.capacity, registries.party),
      node: await JetStreamEventLog.open(nats, streams.capacity, registries.node),
      farm: await JetStreamEventLog.open(nats, streams.capacity, registries.farm),
    },
    readerOf: stream => new SubjectReader(manager, stream, streams[stream].name),
    streamNameOf: stream => streams[stream].name,
    close: async () => {
      await nats.drain();
      await mongo.close();
    },
  };
};
