import type { PlatformConfiguration } from '@drawdown/config';
import { traceCommands } from '@drawdown/telemetry';
import { MongoClient } from 'mongodb';

const MONGODB_SELECT_MS = 5_000;
/** A connection that says nothing for so long is given up, and what was asked is tried again. */
const MONGODB_ANSWER_MS = 30_000;

/** Connects one service to the database of its read models. */
export const connectMongo = async ({ mongodbUrl }: Pick<PlatformConfiguration, 'mongodbUrl'>): Promise<MongoClient> => {
  const mongo = new MongoClient(mongodbUrl, {
    monitorCommands: true,
    serverSelectionTimeoutMS: MONGODB_SELECT_MS,
    socketTimeoutMS: MONGODB_ANSWER_MS,
  });
  traceCommands(mongo);
  return mongo.connect();
};
