import { Fault, Refusal } from '@drawdown/errors';
import type { Redis } from 'ioredis';
import { mastersOf, type RedisConnection } from './library-calls.js';

/** What a write waits for before hits count as taken (sessions §12.4). */
export type Durability = { readonly kind: 'none' } | { readonly kind: 'aof' } | { readonly kind: 'replica'; readonly replicas: number };

/** The command that waits, after the write and on its connection: such commands do not block inside functions. */
export type Wait = readonly ['WAIT', number] | readonly ['WAITAOF'];

const VERSION_MIN = '7.0';
/** The first whose clients can wait for the server's own disk. */
const VERSION_WITH_WAITAOF = '7.2';
const WAIT_MS_MAX = 5_000;

/**
 * Refuses servers that could forget silently, whatever is asked of them, and finds out how to wait for what is asked.
 * @throws Refusal `STORE_TOO_OLD`, `STORE_WITHOUT_MEMORY_LIMIT`, `STORE_EVICTS`, `STORE_NOT_DURABLE`
 */
export const checkServers = async (redis: RedisConnection, durability: Durability): Promise<Wait | undefined> => {
  const waits = await Promise.all(mastersOf(redis).map(master => checkServer(master, durability)));
  return waits.find(wait => wait !== undefined);
};

const checkServer = async (master: Redis, durability: Durability): Promise<Wait | undefined> => {
  const version = fieldOf(await master.info('server'), 'redis_version');
  if (!isAtLeast(version, VERSION_MIN)) throw new Refusal('STORE_TOO_OLD', `Redis ${version} has no functions; ${VERSION_MIN} has`);
  const memory = await master.info('memory');
  if (fieldOf(memory, 'maxmemory') === '0') {
    throw new Refusal('STORE_WITHOUT_MEMORY_LIMIT', 'Redis has no `maxmemory`: backpressure would never begin');
  }
  const policy = fieldOf(memory, 'maxmemory_policy');
  if (policy !== 'noeviction') throw new Refusal('STORE_EVICTS', `Redis may forget open sessions: \`maxmemory-policy\` is ${policy}`);
  switch (durability.kind) {
    case 'none':
      return undefined;
    case 'aof':
      return checkAppendOnly(master, version);
    case 'replica':
      return checkReplicas(master, durability.replicas);
  }
};

/** A server that syncs always has a write on disk before it answers; newer ones can be waited for. */
const checkAppendOnly = async (master: Redis, version: string): Promise<Wait | undefined> => {
  if (fieldOf(await master.info('persistence'), 'aof_enabled') !== '1') {
    throw new Refusal('STORE_NOT_DURABLE', 'the durability `aof` needs `appendonly yes`');
  }
  if (isAtLeast(version, VERSION_WITH_WAITAOF)) return ['WAITAOF'];
  const [, fsync] = (await master.config('GET', 'appendfsync')) as readonly string[];
  if (fsync === 'always') return undefined;
  throw new Refusal('STORE_NOT_DURABLE', `the durability \`aof\` needs \`appendfsync always\` before Redis ${VERSION_WITH_WAITAOF}`);
};

const checkReplicas = async (master: Redis, replicas: number): Promise<Wait> => {
  const connected = Number(fieldOf(await master.info('replication'), 'connected_slaves'));
  if (connected >= replicas) return ['WAIT', replicas];
  throw new Refusal(
    'STORE_NOT_DURABLE',
    `the durability \`replica\` needs ${String(replicas)} replicas; ${String(connected)} are connected`,
  );
};

export const commandOf = (wait: Wait): readonly [string, ...(string | number)[]] =>
  wait[0] === 'WAIT' ? ['WAIT', wait[1], WAIT_MS_MAX] : ['WAITAOF', 1, 0, WAIT_MS_MAX];

/** @throws Fault `STORE_NOT_DURABLE` when the time was over first: the write may be lost still. */
export const requireWaited = (wait: Wait, reply: unknown): void => {
  const [wanted, reached] = wait[0] === 'WAIT' ? [wait[1], Number(reply)] : [1, Number((reply as readonly number[])[0])];
  if (reached >= wanted) return;
  throw new Fault('STORE_NOT_DURABLE', 'what was written is not yet where it must be', {
    wanted: String(wanted),
    reached: String(reached),
  });
};

const fieldOf = (info: string, name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';

const isAtLeast = (version: string, minimum: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = minimum.split('.').map(Number);
  return major > majorMin || (major === majorMin && minor >= minorMin);
};
