import { setTimeout as pause } from 'node:timers/promises';
import { OperationsServiceService } from '@drawdown/proto';
import { jetstream, jetstreamManager, StorageType, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Binary, type MongoClient } from 'mongodb';
import type { Bed } from '../bed/bed.js';
import { publishAll, type LastSequences } from './publishing.js';
import type { PreparedMessage } from './usage.js';

/** One of the things that are measured beside each other; resolves when everything is durable. */
export interface Side {
  readonly name: string;
  /** Whether it counts what it is sent. */
  readonly isOurs: boolean;
  readonly run: (messages: readonly PreparedMessage[]) => Promise<void>;
  /** Outside the measured time. */
  readonly tidy: () => Promise<void>;
}

const RAW_PREFIX = 'bench-raw';
const RAW_STREAM = 'BENCH_RAW';
const RAW_DATABASE = 'bench_raw';
const RAW_COLLECTION = 'messages';
const DOCUMENTS_PER_BULK_MAX = 1_000;
/** MongoDB takes 48 MB in one command. */
const BULK_BYTES_MAX = 8 * 1024 * 1024;
const LOOK_EVERY_MS = 20;
const NOTHING_TO_TIDY = async (): Promise<void> => undefined;

/** Published, and the watermark of every partition stored behind it. */
export const drawdown = (bed: Bed, nats: NatsConnection): Side => {
  const client = jetstream(nats);
  return {
    name: 'Drawdown: published → durable in the projection',
    isOurs: true,
    run: async messages => untilDurable(bed, await publishAll(client, messages)),
    tidy: NOTHING_TO_TIDY,
  };
};

const untilDurable = async ({ client }: Bed, last: LastSequences): Promise<void> => {
  for (;;) {
    const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
    const isDurable = ({ number, streams }: (typeof partitions)[number]): boolean =>
      (streams.find(({ stream }) => stream === 'usage')?.watermark ?? 0) >= (last.get(number) ?? 0);
    if (partitions.every(isDurable)) return;
    await pause(LOOK_EVERY_MS);
  }
};

/** The same messages into a stream in files that nobody reads. */
export const rawJetStream = async (nats: NatsConnection): Promise<Side> => {
  const manager = await jetstreamManager(nats);
  const client: JetStreamClient = jetstream(nats);
  await manager.streams.add({ name: RAW_STREAM, subjects: [`${RAW_PREFIX}.>`], storage: StorageType.File });
  return {
    name: 'raw JetStream publish',
    isOurs: false,
    run: async messages => void (await publishAll(client, messages.map(toRaw))),
    tidy: async () => void (await manager.streams.purge(RAW_STREAM)),
  };
};

const toRaw = (message: PreparedMessage): PreparedMessage => ({ ...message, subject: `${RAW_PREFIX}.${message.subject}` });

/** The same payloads as documents, one for each message, in bulk writes one after the other. */
export const rawBulkWrite = (mongodb: MongoClient): Side => {
  const database = mongodb.db(RAW_DATABASE);
  const collection = database.collection<{ readonly _id: number; readonly payload: Binary }>(RAW_COLLECTION);
  return {
    name: 'raw MongoDB bulkWrite',
    isOurs: false,
    run: async messages => {
      for (const { start, end } of bulksOf(messages)) {
        const inserts = messages.slice(start, end).map(({ data }, index) => ({
          insertOne: { document: { _id: start + index, payload: new Binary(data) } },
        }));
        await collection.bulkWrite(inserts, { ordered: false });
      }
    },
    tidy: async () => void (await database.dropDatabase()),
  };
};

const bulksOf = (messages: readonly PreparedMessage[]): readonly { readonly start: number; readonly end: number }[] => {
  const bulks: { start: number; end: number }[] = [];
  let bytes = 0;
  for (const [index, { data }] of messages.entries()) {
    const open = bulks.at(-1);
    bytes += data.byteLength;
    if (open === undefined || index - open.start >= DOCUMENTS_PER_BULK_MAX || bytes > BULK_BYTES_MAX) {
      bulks.push({ start: index, end: index + 1 });
      bytes = data.byteLength;
    } else {
      open.end = index + 1;
    }
  }
  return bulks;
};
