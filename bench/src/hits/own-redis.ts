import { obtainServers, type Launch } from '@drawdown/local';
import { Redis } from 'ioredis';
import { processListeningOn, type WatchedProcess } from '../bed/cpu-time.js';

/** A million clients with their hits, and the raw lists beside them. */
const MEMORY = '8gb';

/** When the server answers a write: after it is on disk, or before (once a second). */
export type Fsync = 'always' | 'everysec';

/** A server of the benchmark alone: whatever the environment names belongs to somebody. */
export const withoutForeignRedis = (environment: NodeJS.ProcessEnv): Launch['environment'] => ({
  ...environment,
  DRAWDOWN_REDIS_URL: undefined,
});

export interface OwnRedis {
  readonly redis: Redis;
  readonly process: WatchedProcess;
  readonly setFsync: (fsync: Fsync) => Promise<void>;
  readonly describe: () => Promise<string>;
}

export const startOwnRedis = async (launch: Launch): Promise<OwnRedis> => {
  const { variables } = await obtainServers(launch, ['redis']);
  return openOwnRedis(launch, variables['DRAWDOWN_REDIS_URL'] ?? '');
};

/** A connection to a server that was started for this benchmark. */
export const openOwnRedis = async (launch: Launch, url: string): Promise<OwnRedis> => {
  const redis = new Redis(url);
  launch.atEnd('connection to Redis', async () => redis.disconnect());
  await redis.config('SET', 'maxmemory', MEMORY);
  return {
    redis,
    process: { name: 'Redis', pid: await processListeningOn(Number(new URL(url).port)) },
    setFsync: async fsync => void (await redis.config('SET', 'appendfsync', fsync)),
    describe: () => describeRedis(redis),
  };
};

const describeRedis = async (redis: Redis): Promise<string> => {
  const information = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(information)?.[1] ?? 'unknown';
  const [, fsync = 'unknown'] = await redis.config('GET', 'appendfsync');
  return `Redis ${field('redis_version')}: appendonly ${field('aof_enabled') === '1' ? 'yes' : 'no'}, appendfsync ${fsync}, ${field('used_memory_human')} used`;
};
