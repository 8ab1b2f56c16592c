import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { MongoClient } from 'mongodb';

const RAW_STREAM = 'BENCH_POOLS_RAW';
const RAW_PREFIX = 'bench-pools-raw';
const RAW_DATABASE = 'bench_pools_raw';

/** One of the loops that are measured beside the service: a step changes one pool, and resolves when the server has answered. */
export interface RawSide {
  readonly name: string;
  readonly step: (pool: number) => Promise<void>;
  readonly tidy: () => Promise<void>;
}

/** A message of as many bytes as one of ours, into a stream in files that nobody reads; each pool has its subject. */
export const rawPublish = async (nats: NatsConnection, bytes: number): Promise<RawSide> => {
  const manager = await jetstreamManager(nats);
  const client = jetstream(nats);
  const data = new Uint8Array(bytes);
  await manager.streams.add({ name: RAW_STREAM, subjects: [`${RAW_PREFIX}.>`], storage: StorageType.File });
  return {
    name: `raw JetStream publish of ${String(bytes)} bytes`,
    step: async pool => void (await client.publish(`${RAW_PREFIX}.${String(pool)}`, data)),
    tidy: async () => void (await manager.streams.delete(RAW_STREAM)),
  };
};

/** What one would write without an event log: find the pool, change balance and rate in place, read it back. */
export const findOneAndUpdate = async (mongodb: MongoClient, pools: number): Promise<RawSide> => {
  const database = mongodb.db(RAW_DATABASE);
  const collection = database.collection<{ readonly _id: number; readonly rate: number; readonly version: number }>('pools');
  await collection.insertMany(Array.from({ length: pools }, (_, id) => ({ _id: id, rate: 0, version: 0 })));
  return {
    name: 'findOneAndUpdate',
    step: async pool => void (await collection.findOneAndUpdate({ _id: pool }, { $inc: { rate: 1, version: 1 } })),
    tidy: async () => void (await database.dropDatabase()),
  };
};
