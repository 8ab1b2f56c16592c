import { randomBytes } from 'node:crypto';
import { MongoClient, type Db } from 'mongodb';

/** A database of this spec file alone. */
export interface TestDatabase {
  readonly db: Db;
  close(): Promise<void>;
}

export const openTestDatabase = async (name: string): Promise<TestDatabase> => {
  const url = process.env['DRAWDOWN_MONGODB_URL'];
  if (url === undefined) {
    throw new Error('DRAWDOWN_MONGODB_URL is not set: run these tests through "npm test", or give the address of a MongoDB server');
  }
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5_000 });
  const db = client.db(`test_${name}_${randomBytes(5).toString('hex')}`);
  return {
    db,
    close: async () => {
      await db.dropDatabase();
      await client.close();
    },
  };
};
