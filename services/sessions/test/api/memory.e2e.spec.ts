import { randomBytes, randomUUID } from 'node:crypto';
import { CloseCause, HitsServiceService as Hits, OperationsServiceService as Operations, SessionState } from '@drawdown/proto/sessions';
import { Redis } from 'ioredis';
import { OwnRedis } from '../redis/own-server.js';
import { Calls } from './calls.js';
import { newCommand, type Client } from './client.js';
import { eventually } from './eventually.js';
import { createProperty, hit } from './given.js';
import { World } from './world.js';

const HOUR_MS = 3_600_000;
const ROOM_BYTES = 256 * 1_024 * 1_024;

/** The server's limit is moved to where its memory is: the same as filling it, and quicker. */
describe('a store that runs out of memory (sessions §12.6)', () => {
  let world: World;
  let server: OwnRedis;
  let redis: Redis;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    [world, server] = await Promise.all([World.create(), OwnRedis.start()]);
    redis = new Redis(server.url);
    ({ client } = await world.start({ DRAWDOWN_REDIS_URL: server.url, DRAWDOWN_REDIS_DURABILITY: 'none' }));
    calls = new Calls(client);
  });
  afterEach(() => limitTo(ROOM_BYTES));
  afterAll(async () => {
    await world.end();
    await redis.quit();
    await server.remove();
  });

  const limitTo = async (bytes: number): Promise<void> => {
    await redis.config('SET', 'maxmemory', String(Math.floor(bytes)));
  };

  const fillTo = async (share: number): Promise<void> => {
    const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
    await limitTo(Number(used) / share);
  };

  /** A property whose visitor's sessions lie in this state partition. */
  const propertyIn = async (partition: number): Promise<string> => {
    let propertyId = '';
    do propertyId = `p-${randomUUID()}`;
    while (world.subjects.hitPartition('acme', propertyId, 'visitor') !== partition);
    await createProperty(client, { timeoutMs: HOUR_MS }, propertyId);
    return propertyId;
  };

  const largeHit = (propertyId: string) => hit(propertyId, { path: randomBytes(60_000).toString('base64') });

  it('closes the largest session of the property over its share, and no other', async () => {
    const [large, small] = [await propertyIn(7), await propertyIn(7)];
    await calls.publish([hit(small)]);
    for (let count = 0; count < 12; count += 1) await calls.publish([largeHit(large)]);
    await fillTo(0.92);
    await eventually('the large session is closed for the sake of memory', async () => {
      const [session] = await calls.list(large, { states: [SessionState.CLOSED] });
      if (session === undefined) return undefined;
      expect(session).toMatchObject({ closeCause: CloseCause.MEMORY, hitCount: 12 });
      return true;
    });
    expect((await calls.list(small)).map(({ state, hitCount }) => [state, hitCount])).toEqual([[SessionState.OPEN, 1]]);
  });

  it('lets hits wait while it is nearly full, loses none, passes over what is set aside, and goes on when there is room', async () => {
    const propertyId = await propertyIn(9);
    await calls.publish([hit(propertyId)]);
    await fillTo(0.96);
    const wait = async (): Promise<boolean> => {
      const { partitions } = await client.call(Operations.listPartitions, {});
      return partitions[9]?.waiting?.reason.includes('STORE_OUT_OF_MEMORY') === true;
    };
    await eventually('hits wait', async () => {
      await fillTo(0.96);
      await calls.publish([hit(propertyId)]);
      return wait();
    });
    const held = hit(propertyId);
    const { results } = await client.call(Hits.publishHits, { hits: [held], lane: '' });
    expect(results.map(({ error }) => error)).toEqual([undefined]);
    const last = await world.readerOf('hits').lastSequence(world.subjects.hitsBatch(9, 'acme'));
    const aside = { ...newCommand(), stream: 'hits', sequence: last };
    await client.call(Operations.setAsideMessage, { ...aside, reason: 'a test' });
    const position = await calls.publish([hit(propertyId)]);
    await limitTo(ROOM_BYTES);
    const sessions = await eventually('everything that waited is there', () => calls.list(propertyId, { minPosition: position }));
    const ids = new Set<string>();
    for (const { sessionId } of sessions) for (const { id } of (await calls.get(propertyId, sessionId)).hits) ids.add(id);
    const sent = new Set<string>();
    for await (const { data, sequence } of world.readerOf('hits').from(world.subjects.hitsBatch(9, 'acme'), 1)) {
      if (sequence === last) continue;
      for (const { id, data: body } of JSON.parse(Buffer.from(data).toString()) as { id: string; data: { propertyId: string } }[]) {
        if (body.propertyId === propertyId) sent.add(id);
      }
    }
    expect(ids).toEqual(sent);
    expect(ids.has(held.id)).toBe(false);
    expect(await client.call(Operations.takeBackMessage, { ...newCommand(), stream: 'hits', sequence: last })).toHaveProperty('position');
  });
});
