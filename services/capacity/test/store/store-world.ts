import { randomUUID } from 'node:crypto';
import { ReadModel, SegmentCache } from '@drawdown/projections';
import { MongoClient } from 'mongodb';
import { CAPACITY_READ_MODEL } from '../../src/adapters/mongo/documents.js';
import { MongoCapacityStore } from '../../src/adapters/mongo/partition-store.js';

const SELECT_MS = 5_000;
const CACHE_BYTES = 8 * 1024 * 1024;
const COMMAND_WINDOW_MS = 3_600_000;

/** A database of its own on the real server. */
export class StoreWorld {
  private constructor(
    private readonly client: MongoClient,
    private readonly name: string,
    readonly readModel: ReadModel,
  ) {}

  static async open(): Promise<StoreWorld> {
    const url = process.env.DRAWDOWN_MONGODB_URL;
    if (url === undefined) throw new Error('DRAWDOWN_MONGODB_URL is not set: start the servers with `npm run servers`');
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: SELECT_MS });
    const name = `capacity-store-${randomUUID()}`;
    const readModel = await ReadModel.open(client.db(name), CAPACITY_READ_MODEL, { incarnation: 'test', nowMs: () => Date.now() });
    return new StoreWorld(client, name, readModel);
  }

  store(partition = 0): Promise<MongoCapacityStore> {
    return MongoCapacityStore.open({
      readModel: this.readModel,
      partition,
      cache: new SegmentCache(CACHE_BYTES),
      commandWindowMs: COMMAND_WINDOW_MS,
      stamp: () => ({ epoch: 1, writtenAtMs: Date.now() }),
    });
  }

  /** As it lies in the database. */
  async raw(collection: string, id: string): Promise<Readonly<Record<string, unknown>>> {
    const documents = this.client.db(this.name).collection<{ _id: string }>(`${collection}_${this.readModel.generation}`);
    const found = await documents.findOne({ _id: id }, { promoteLongs: false });
    if (found === null) throw new Error(`there is no ${id} in ${collection}`);
    return found;
  }

  /** Damages a document, as no writer of ours does. */
  async damage(collection: string, id: string, change: Readonly<Record<string, unknown>> | 'remove'): Promise<void> {
    const documents = this.client.db(this.name).collection<{ _id: string }>(`${collection}_${this.readModel.generation}`);
    if (change === 'remove') await documents.deleteOne({ _id: id });
    else await documents.updateOne({ _id: id }, { $set: change });
  }

  async writtenAt(collection: string, id: string): Promise<Date> {
    const { writtenAt } = await this.raw(collection, id);
    if (!(writtenAt instanceof Date)) throw new TypeError('a stored document is stamped');
    return writtenAt;
  }

  async close(): Promise<void> {
    await this.client.db(this.name).dropDatabase();
    await this.client.close();
  }
}
