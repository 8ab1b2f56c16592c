import { randomUUID } from 'node:crypto';
import {
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  Scope,
  SessionsServiceService as Sessions,
  SessionState,
  type EraseClientRequest,
  type EraseClientResponse,
  type Hit,
} from '@drawdown/proto/sessions';
import { propertyStateOf } from '../../src/application/properties/registry.js';
import { clientKey } from '../../src/domain/index.js';
import { Calls } from '../api/calls.js';
import { newCommand, timestamp, type Client } from '../api/client.js';
import { eventually } from '../api/eventually.js';
import { hit } from '../api/given.js';
import { World } from '../api/world.js';
import { tracesOf } from './traces.js';

const ERASE_MS_MAX = 60_000;
const HOUR_MS = 3_600_000;
/** As many raw hits of a client are compacted (sessions §12.7). */
const COMPACTED_FROM = 256;
/** Of ten tries, the last is left; the pauses between them would take minutes. */
const TRIES_BEFORE = 9;

/** Wherever hits of a person may lie but in an open or closed session: that is in `erasure.e2e`. */
describe('an erasure reaches', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
    calls = new Calls(client);
  });
  afterAll(() => world.end());

  const erase = async (propertyId: string, person: EraseClientRequest['person']): Promise<EraseClientResponse | undefined> => {
    const request = { ...newCommand(), propertyId, person };
    return (await client.collect(Sessions.eraseClient, request, { deadlineMs: ERASE_MS_MAX })).at(-1);
  };
  const byClient = (value: string) => ({ $case: 'clientId', value }) as const;
  const byUser = (value: string) => ({ $case: 'userId', value }) as const;
  const partitionOf = (propertyId: string, clientId: string): number => world.subjects.hitPartition('acme', propertyId, clientId);
  const keyOf = (state: number, rest: string, lane = 'live'): string => `${world.prefix}:{p${String(state)}}:${lane}:${rest}`;

  it('compacted segments, and leaves the hits of others in them', async () => {
    const propertyId = await calls.property({ timeoutMs: HOUR_MS });
    const hits = Array.from({ length: COMPACTED_FROM + 40 }, (_unused, index) =>
      hit(propertyId, { clientId: 'kiosk', userId: index % 2 === 0 ? 'ida-login' : '', path: index % 2 === 0 ? '/idas-page' : '/page' }),
    );
    await calls.list(propertyId, { minPosition: await calls.publish(hits) });
    const segments = keyOf(partitionOf(propertyId, 'kiosk'), `c:${clientKey('acme', propertyId, 'kiosk')}`);
    await eventually('hits are compacted', async () => (await world.redis.llen(segments)) > 0);
    const texts = ['ida-login', 'idas-page'];
    expect((await tracesOf(world, texts)).some(trace => trace.includes(segments))).toBe(true);
    expect(await erase(propertyId, byUser('ida-login'))).toMatchObject({ done: true, openHits: hits.length / 2 });
    expect(await tracesOf(world, texts)).toEqual([]);
    expect(await calls.list(propertyId)).toMatchObject([{ state: SessionState.OPEN, hitCount: hits.length / 2 }]);
    expect(await erase(propertyId, byClient('kiosk'))).toMatchObject({ done: true, openHits: hits.length / 2 });
    expect(await tracesOf(world, ['kiosk'])).toEqual([]);
    expect(await calls.list(propertyId)).toEqual([]);
  });

  it('lanes of imports, which go on without the person', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, timeoutMs: HOUR_MS });
    const lane = 'import-old';
    const receivedTime = timestamp(Date.UTC(2020, 0, 1));
    const jan = hit(propertyId, { clientId: 'jan-client', sessionStamp: 'hall', path: '/jans-page', receivedTime });
    const kim = hit(propertyId, { clientId: 'kim', sessionStamp: 'hall', receivedTime });
    const alone = hit(propertyId, { clientId: 'jan-client', clientSessionId: 'own', receivedTime });
    await calls.list(propertyId, { minPosition: await calls.publish([jan, kim, alone], lane) });
    expect(await erase(propertyId, byClient('jan-client'))).toMatchObject({ done: true, openHits: 2, closedSessions: 0 });
    expect(await tracesOf(world, ['jan-client', 'jans-page'])).toEqual([]);
    await client.call(Hits.completeImport, { lane });
    const [left] = await calls.closed(propertyId, 1);
    expect(left).toMatchObject({ hitCount: 1, clientId: 'kim', revision: 1 });
  });

  it('what replays have copied', async () => {
    // Before the hits are made, and by more than clocks differ: a replay from a millisecond later on would have none of them.
    const startedMs = Date.now() - 1_000;
    const propertyId = await calls.property({ timeoutMs: 1_000 });
    const lea = hit(propertyId, { clientId: 'lea-client', path: '/leas-page' });
    const max = hit(propertyId, { clientId: 'max' });
    await calls.publish([lea, max]);
    await calls.closed(propertyId, 2);
    const command = newCommand();
    const requestId = command.requestId.replaceAll(/[^A-Za-z0-9_-]/g, '');
    const replay = {
      ...command,
      requestId,
      propertyId,
      startTime: timestamp(startedMs),
      endTime: undefined,
      settings: undefined,
    };
    const { position } = await client.call(Sessions.startReplay, replay, { deadlineMs: 30_000 });
    const replayed = (): ReturnType<Calls['list']> => calls.list(propertyId, { replay: requestId, minPosition: position });
    await eventually('the replay has closed', async () => {
      const sessions = await replayed();
      return sessions.length === 2 && sessions.every(({ state }) => state === SessionState.CLOSED) ? true : undefined;
    });
    expect(await erase(propertyId, byClient('lea-client'))).toMatchObject({ done: true, closedSessions: 2 });
    expect(await tracesOf(world, ['lea-client', 'leas-page'])).toEqual([]);
    expect((await replayed()).map(({ clientId, hitCount }) => [clientId, hitCount])).toEqual([['max', 1]]);
    expect((await calls.list(propertyId)).map(({ clientId, hitCount }) => [clientId, hitCount])).toEqual([['max', 1]]);
  });

  /** Breaks a shared session so that it is parked with everything that can be read of it; its close id. */
  const parkedSession = async (propertyId: string, hits: readonly Hit[], clientId: string): Promise<string> => {
    await calls.list(propertyId, { minPosition: await calls.publish(hits) });
    const key = clientKey('acme', propertyId, clientId);
    const state = partitionOf(propertyId, clientId);
    await world.redis.hset(keyOf(state, `h:${key}`), 'broken', '{"no":"hit"');
    const closeId = await eventually('its close has begun', async () => (await world.redis.zrange(keyOf(state, 'q'), 0, '-1'))[0]);
    await world.redis.hset(keyOf(state, `cl:${closeId}`), 'attempts', String(TRIES_BEFORE));
    await world.redis.zadd(keyOf(state, 'q'), 'XX', '0', closeId);
    await eventually('it is parked', async () => ((await world.redis.exists(keyOf(state, `cl:${closeId}`))) === 0 ? true : undefined));
    return closeId;
  };

  it('parked sessions, which come back without the person', async () => {
    const propertyId = await calls.property({ timeoutMs: 2_000 });
    const hits = [
      hit(propertyId, { clientId: 'desk', userId: 'nia-login', path: '/nias-page' }),
      hit(propertyId, { clientId: 'desk', path: '/anybodys-page' }),
    ];
    const closeId = await parkedSession(propertyId, hits, 'desk');
    const texts = ['nia-login', 'nias-page'];
    expect((await tracesOf(world, texts)).some(trace => trace.startsWith('deadletters'))).toBe(true);
    expect(await erase(propertyId, byUser('nia-login'))).toMatchObject({ done: true });
    expect(await tracesOf(world, texts)).toEqual([]);
    const command = { ...newCommand(), namespace: 'acme', propertyId, closeId, dropUnreadable: true };
    await client.call(Operations.repairSession, command);
    const [left] = await calls.closed(propertyId, 1);
    expect(left).toMatchObject({ hitCount: 1, userId: '' });
    expect(await tracesOf(world, texts)).toEqual([]);
  });

  it('sessions that are amended at the same moment, whichever comes first', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, timeoutMs: 60_000 });
    const rounds = await Promise.all(
      Array.from({ length: 4 }, async (_unused, round) => {
        const stamp = `sofa-${String(round)}`;
        const atMs = Date.now() - 600_000;
        const at = (seconds: number) => ({ receivedTime: timestamp(atMs + seconds * 1_000), sessionStamp: stamp });
        const others = `other-${String(round)}`;
        const first = hit(propertyId, { clientId: others, ...at(0) });
        const gone = hit(propertyId, { clientId: `gone-client-${String(round)}`, path: '/gone-page', ...at(10) });
        await calls.publish([first, gone]);
        return { first, gone, late: hit(propertyId, { clientId: others, ...at(20) }) };
      }),
    );
    await calls.closed(propertyId, rounds.length);
    await Promise.all(
      rounds.map(async ({ gone, late }, round) => {
        const amending = async (): Promise<void> => void (await calls.publish([late]));
        const erasing = (): Promise<unknown> => erase(propertyId, byClient(gone.clientId));
        // Both orders, and both at once.
        if (round === 0) await erasing().then(amending);
        else if (round === 1) await amending().then(erasing);
        else await Promise.all([amending(), erasing()]);
      }),
    );
    for (const { first, late } of rounds) {
      const found = await eventually('the late hit is in its session', async () => {
        const { session, hits } = await calls.get(propertyId, first.id);
        return session?.state === SessionState.CLOSED && hits.length === 2 ? { session, hits } : undefined;
      });
      expect(found.hits.map(({ id }) => id)).toEqual([first.id, late.id]);
      expect(found.session).toMatchObject({ hitCount: 2, clientId: first.clientId });
    }
    expect(await calls.list(propertyId)).toHaveLength(rounds.length);
    expect(await tracesOf(world, ['gone-client', 'gone-page'])).toEqual([]);
    const audited = { projection: 'sessions', partition: propertyStateOf('acme', propertyId) };
    const audit = await client.call(Operations.auditProjection, audited, { deadlineMs: ERASE_MS_MAX });
    expect(audit).toMatchObject({ differenceCount: 0, differences: [] });
  });

  it('nothing of a person of the same name in another property', async () => {
    const [here, there] = [await calls.property({ timeoutMs: HOUR_MS }), await calls.property({ timeoutMs: HOUR_MS })];
    const clientId = `shared-${randomUUID()}`;
    const position = await calls.publish([hit(here, { clientId }), hit(there, { clientId })]);
    await calls.list(there, { minPosition: position });
    expect(await erase(here, byClient(clientId))).toMatchObject({ done: true, openHits: 1 });
    expect(await calls.list(here)).toEqual([]);
    expect(await calls.list(there)).toMatchObject([{ clientId, hitCount: 1 }]);
  });
});
