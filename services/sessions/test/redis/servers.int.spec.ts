import { PARTITIONS } from '@drawdown/eventlog';
import { Cluster, Redis } from 'ioredis';
import { RedisSessionStore } from '../../src/adapters/redis/redis-session-store.js';
import type { Durability } from '../../src/adapters/redis/durability.js';
import { World, keyOf } from './given.js';
import { OwnRedis } from './own-server.js';

const GIVEN = { timeoutSeconds: 10 };
const ALL_SLOTS = 16_384;
const WAIT_MS_MAX = 20_000;

describe('Servers that are refused at the start (sessions §12.2, §12.4)', () => {
  const open = async (durability: Durability, ...settings: readonly string[]): Promise<void> => {
    const server = await OwnRedis.start(...settings);
    const redis = new Redis(server.url);
    try {
      await RedisSessionStore.open(redis, { durability });
    } finally {
      await redis.quit();
      await server.remove();
    }
  };

  const AOF = ['--appendonly', 'yes', '--appendfsync', 'always'];

  it.each<[string, Durability, readonly string[], string]>([
    ['no limit of memory', { kind: 'none' }, ['--maxmemory', '0'], 'STORE_WITHOUT_MEMORY_LIMIT'],
    ['evicts', { kind: 'none' }, ['--maxmemory-policy', 'allkeys-lru'], 'STORE_EVICTS'],
    ['no log of its writes', { kind: 'aof' }, [], 'STORE_NOT_DURABLE'],
    ['no replica', { kind: 'replica', replicas: 1 }, AOF, 'STORE_NOT_DURABLE'],
  ])('%s', async (_name, durability, settings, reason) => {
    await expect(open(durability, ...settings)).rejects.toMatchObject({ reason });
  });

  it('accepts one that syncs always', async () => {
    await expect(open({ kind: 'aof' }, ...AOF)).resolves.toBeUndefined();
  });

  it('refuses to work beside a newer library', async () => {
    const server = await OwnRedis.start();
    const redis = new Redis(server.url);
    const newer = "#!lua name=drawdown_sessions_v99\nredis.register_function('drawdown_sessions_v99_ingest', function() return 1 end)";
    await redis.call('FUNCTION', 'LOAD', newer);
    await expect(RedisSessionStore.open(redis, { durability: { kind: 'none' } })).rejects.toMatchObject({ reason: 'STORE_LIBRARY_NEWER' });
    await redis.quit();
    await server.remove();
  });
});

describe('A server of its own', () => {
  let server: OwnRedis;
  let world: World;
  afterEach(async () => {
    await world.close();
    await server.remove();
  });

  it('says that it is a fault when there is no way to it, not a failure of what was asked', async () => {
    server = await OwnRedis.start();
    world = new World(server.url);
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A' });
    world.redis.disconnect();
    await expect(world.store.finish(world.wheel, 'any')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await world.redis.connect();
  });

  it('gets the library again after all of it was lost', async () => {
    server = await OwnRedis.start();
    world = new World(server.url);
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A' });
    await world.redis.call('FUNCTION', 'FLUSH');
    await world.redis.flushall();
    expect(await world.store.ingest(world.call())).toEqual({ kind: 'state_lost', at: null });
  });

  it('replaces a library of this version that is not the same', async () => {
    server = await OwnRedis.start();
    world = new World(server.url);
    const other = "#!lua name=drawdown_sessions_v2\nredis.register_function('drawdown_sessions_v2_ingest', function() return 1 end)";
    await world.redis.call('FUNCTION', 'LOAD', other);
    expect((await world.store.ingest(world.call())).kind).toBe('applied');
  });

  it('removes an older library, so that its replicas do not go on', async () => {
    server = await OwnRedis.start();
    world = new World(server.url);
    const older = "#!lua name=drawdown_sessions_v1\nredis.register_function('drawdown_sessions_v1_ingest', function() return 1 end)";
    await world.redis.call('FUNCTION', 'LOAD', older);
    expect((await world.store.ingest(world.call())).kind).toBe('applied');
    await expect(world.redis.call('FCALL', 'drawdown_sessions_v1_ingest', 0)).rejects.toThrow('Function not found');
  });

  it('keeps what it answered when it is killed', async () => {
    server = await OwnRedis.start('--appendonly', 'yes', '--appendfsync', 'always');
    world = new World(server.url);
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A' }, { id: 'h2', at: 101, client: 'A' });
    await server.kill();
    await server.startAgain();
    expect(await world.store.openSession(world.wheel, keyOf('A'))).toMatchObject({ hits: 2 });
  });

  it('writes nothing when its memory is full, and still closes', async () => {
    server = await OwnRedis.start();
    world = new World(server.url);
    await world.hits(GIVEN, { id: 'h1', at: 100, client: 'A' });
    await world.ping(200);
    await world.redis.config('SET', 'maxmemory', '1mb');
    const hits = [world.record({ id: 'h2', at: 200, client: 'B' }, GIVEN)];
    await expect(world.store.ingest(world.call({ hits }))).rejects.toMatchObject({ reason: 'STORE_OUT_OF_MEMORY' });
    expect(await world.settle()).toMatchObject([{ hits: ['h1'] }]);
  });

  it('waits for its replica before hits count as taken', async () => {
    server = await OwnRedis.start();
    const replica = await OwnRedis.start('--replicaof', '127.0.0.1', String(server.port));
    const redis = new Redis(server.url);
    world = new World(server.url);
    await untilConnected(redis);
    const store = await RedisSessionStore.open(redis, { prefix: world.prefix, durability: { kind: 'replica', replicas: 1 } });
    const hits = [world.record({ id: 'h1', at: 100, client: 'A' }, GIVEN)];
    expect((await store.ingest(world.call({ hits, firstBuckets: { property: 100 } }))).kind).toBe('applied');
    const copy = new Redis(replica.url);
    expect(await copy.hlen(`${world.prefix}:{p5}:live:h:${keyOf('A')}`)).toBe(1);
    await Promise.all([copy.quit(), redis.quit()]);
    await replica.remove();
  });
});

describe('Redis Cluster of one node', () => {
  let server: OwnRedis;
  let node: Redis;
  let cluster: Cluster;
  beforeEach(async () => {
    server = await OwnRedis.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    node = new Redis(server.url);
    await node.call('CLUSTER', 'ADDSLOTSRANGE', 0, ALL_SLOTS - 1);
    await until(
      async () => (await node.call('CLUSTER', 'INFO')) as string,
      info => info.includes('cluster_state:ok'),
    );
    cluster = new Cluster([server.url]);
  });
  afterEach(async () => {
    cluster.disconnect();
    node.disconnect();
    await server.remove();
  });

  it('takes hits, closes them, rebuilds, and gets its library again', async () => {
    const world = new World(server.url);
    const store = await RedisSessionStore.open(cluster, { durability: { kind: 'none' } });
    const hits = ['A', 'B'].map((client, index) => world.record({ id: client, at: 100 + index, client, stamp: 'S' }, GIVEN));
    for (let state = 0; state < PARTITIONS; state += 1) {
      const call = world.call({ state, hits, firstBuckets: { property: 100 }, watermarksMs: { property: 200_000 } });
      expect((await store.ingest(call)).kind).toBe('applied');
    }
    await node.call('FUNCTION', 'FLUSH');
    const wheel = { state: 63, lane: 'live' };
    const turn = { ...wheel, scope: 'property' as const, sources: [1], tickSeconds: 1, closeLagTicks: 0, limit: 10, epoch: 1 };
    const [closeId = ''] = (await store.beginClose(turn)).closeIds;
    expect((await store.frozen(wheel, closeId))?.parts).toHaveLength(2);
    expect(await store.finish(wheel, closeId)).toBe(true);
    const token = await store.beginRebuild(62, 1);
    await store.finishRebuild(62, token, new Map([[1, 1]]));
    expect(await store.lanes(62)).toEqual([]);
    expect(await store.lanes(61)).toEqual(['live']);
    expect((await store.memoryUse()).maxBytes).toBeGreaterThan(0);
    await world.redis.quit();
  });
});

const untilConnected = (redis: Redis): Promise<void> =>
  until(
    () => redis.info('replication'),
    info => info.includes('connected_slaves:1') && info.includes('state=online'),
  );

const until = async (read: () => Promise<string>, isReached: (text: string) => boolean): Promise<void> => {
  const deadline = AbortSignal.timeout(WAIT_MS_MAX);
  while (!isReached(await read())) deadline.throwIfAborted();
};
