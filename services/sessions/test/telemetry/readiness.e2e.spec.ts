import { Client, credentials } from '@grpc/grpc-js';
import { eventually } from '@drawdown/testing';
import { Redis } from 'ioredis';
import { World } from '../api/world.js';
import { OwnRedis } from '../redis/own-server.js';

/** Of `maxmemory`; filled in values small enough that what is under way does not reach the limit. */
const FILLED_SHARE = 0.96;
const VALUE_BYTES = 256 * 1_024;
const MAX_BYTES = 64 * 1_024 * 1_024;

let redis: OwnRedis;
let filling: Redis;
let world: World;

beforeAll(async () => {
  redis = await OwnRedis.start('--maxmemory', String(MAX_BYTES));
  filling = new Redis(redis.url);
  world = await World.create();
});
afterAll(async () => {
  await world.end();
  await filling.quit();
  await redis.remove();
});

/** `grpc.health.v1.HealthCheckResponse.status` of everything: 1 SERVING, 2 NOT_SERVING. */
const healthOf = (address: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const raw = (bytes: Buffer): Buffer => bytes;
    const client = new Client(address, credentials.createInsecure());
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', raw, raw, Buffer.alloc(0), (error, answer) => {
      client.close();
      if (error === null) resolve(answer?.[1]);
      else reject(error);
    });
  });

const usedBytes = async (): Promise<number> => Number(/^used_memory:(\d+)/m.exec(await filling.info('memory'))?.[1]);

/** Up to just under the limit: at it, the server would refuse to be filled. */
const fill = async (): Promise<void> => {
  for (let index = 0; ; index += 1) {
    const left = FILLED_SHARE * MAX_BYTES - (await usedBytes());
    if (left <= 0) return;
    await filling.set(`filling-${String(index)}`, Buffer.alloc(Math.min(VALUE_BYTES, Math.ceil(left))));
  }
};

test('a replica is not ready while Redis is nearly full, and is again when there is room', async () => {
  const { address } = await world.start({ DRAWDOWN_REDIS_URL: redis.url, DRAWDOWN_REDIS_DURABILITY: 'none' });
  expect(await healthOf(address)).toBe(1);
  await fill();
  await eventually('the replica says that it is not ready', async () => (await healthOf(address)) === 2 || undefined);
  for (const key of await filling.keys('filling-*')) await filling.unlink(key);
  await eventually('the replica is ready again', async () => (await healthOf(address)) === 1 || undefined);
});
