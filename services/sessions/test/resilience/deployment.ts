import { fileURLToPath } from 'node:url';
import { TestDeployment, type TestDeploymentOptions } from '@drawdown/testing';
import { Redis } from 'ioredis';

const KEYS_PER_SCAN = 1_000;
/** Each partition is read three times over, so a replica on a busy machine needs longer to open its share than to renew it. */
const LEASE_TTL_MS = 4_000;

export interface SessionsDeploymentOptions extends TestDeploymentOptions {
  /** A server of the test's own, which it may stop and empty. @default the server of `DRAWDOWN_REDIS_URL`, of which the keys are removed */
  readonly redisUrl?: string;
}

/** Streams, keys, a database and replicas of the sessions service, for one spec file. */
export const deploySessions = ({ redisUrl, ...options }: SessionsDeploymentOptions = {}): Promise<TestDeployment> =>
  TestDeployment.create(
    {
      program: fileURLToPath(new URL('../../dist/sessions/src/main.js', import.meta.url)),
      streams: ['hits', 'properties', 'sessions', 'usage', 'deadletters'],
      environment: prefix => ({
        DRAWDOWN_REDIS_URL: redisUrl ?? sharedRedisUrl(),
        DRAWDOWN_REDIS_KEY_PREFIX: prefix,
        DRAWDOWN_SESSIONS_CLOSE_LAG_SECONDS: '1',
      }),
      ...(redisUrl === undefined ? { cleanUp: removeKeys } : {}),
    },
    { leaseTtlMs: LEASE_TTL_MS, ...options },
  );

const sharedRedisUrl = (): string => {
  const url = process.env['DRAWDOWN_REDIS_URL'];
  if (url === undefined || url === '') {
    throw new Error('DRAWDOWN_REDIS_URL is not set: run the tests with "npm test", which starts the servers and sets it');
  }
  return url;
};

const removeKeys = async (prefix: string): Promise<void> => {
  const redis = new Redis(sharedRedisUrl());
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: KEYS_PER_SCAN }) as AsyncIterable<string[]>) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  await redis.quit();
};
