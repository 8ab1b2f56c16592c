import {
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  Scope,
  SessionsServiceService as Sessions,
  SessionState,
  type EraseClientRequest,
  type EraseClientResponse,
  type GetSessionResponse,
  type Hit,
  type PropertySettings,
  type Session,
} from '@drawdown/proto/sessions';
import { randomUUID } from 'node:crypto';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import { propertyStateOf } from '../../src/application/properties/registry.js';
import { newCommand, type Client } from '../api/client.js';
import { eventually } from '../api/eventually.js';
import { createProperty, hit } from '../api/given.js';
import { World } from '../api/world.js';
import { tracesOf } from './traces.js';

const TIMEOUT_MS = 1_000;
const ERASE_MS_MAX = 60_000;
const DAY_MS = 86_400_000;

describe('erasing a person', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
  });
  afterAll(() => world.end());

  const property = async (given: Partial<PropertySettings>): Promise<string> => (await createProperty(client, given)).propertyId;

  const publish = async (hits: readonly Hit[]): Promise<string> => {
    const { results, position } = await client.call(Hits.publishHits, { hits: [...hits], lane: '' });
    expect(results.map(({ error }) => error)).toEqual(hits.map(() => undefined));
    return position;
  };

  const get = (propertyId: string, sessionId: string): Promise<GetSessionResponse> =>
    client.call(Sessions.getSession, {
      propertyId,
      key: { $case: 'sessionId', value: sessionId },
      pageSize: 0,
      pageToken: '',
      replay: '',
      minPosition: '',
    });

  const list = async (propertyId: string, minPosition = ''): Promise<readonly Session[]> => {
    const request = {
      propertyId,
      clientId: '',
      userId: '',
      startTime: undefined,
      endTime: undefined,
      states: [],
      lane: '',
      replay: '',
      pageSize: 0,
    };
    return (await client.call(Sessions.listSessions, { ...request, pageToken: '', minPosition })).sessions;
  };

  const closed = (propertyId: string, sessionId: string): Promise<GetSessionResponse> =>
    eventually(`session ${sessionId} closes`, async () => {
      const found = await get(propertyId, sessionId);
      return found.session?.state === SessionState.CLOSED ? found : undefined;
    });

  const erase = (
    propertyId: string,
    person: EraseClientRequest['person'],
    command = newCommand(),
  ): Promise<readonly EraseClientResponse[]> =>
    client.collect(Sessions.eraseClient, { ...command, propertyId, person }, { deadlineMs: ERASE_MS_MAX });

  const rebuildViews = async (): Promise<void> => {
    const steps = await client.collect(Operations.rebuild, { projection: 'sessions' }, { deadlineMs: ERASE_MS_MAX });
    expect(steps.at(-1)?.done).toBe(true);
  };

  /** All that Redis holds of one state partition is gone; the service finds out with the next hit. */
  const loseState = async (state: number): Promise<void> => {
    await world.redis.unlink(...(await world.redis.keys(`${world.prefix}:{p${String(state)}}:*`)));
  };

  const isStateWhole = async (state: number): Promise<boolean> => {
    const partition = `${world.prefix}:{p${String(state)}}:`;
    return (await world.redis.exists(`${partition}pos`)) === 1 && (await world.redis.exists(`${partition}rebuild`)) === 0;
  };

  /** As a collector publishes it: by itself, on the client's own subject. */
  const publishAlone = async (propertyId: string, clientId: string, payload: string, ageMs = 0): Promise<void> => {
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: '/test',
      type: 'drawdown.hits.source.hit.v1',
      time: new Date(Date.now() - ageMs).toISOString(),
      data: { propertyId, clientId, eventName: 'page_view', path: payload },
    };
    const headers = natsHeaders();
    headers.set('content-type', 'application/cloudevents+json');
    await jetstream(world.nats).publish(world.subjects.hits('acme', propertyId, clientId), JSON.stringify(event), { headers });
  };

  it('leaves nothing of a client anywhere, and the sessions of others as they were', async () => {
    const propertyId = await property({ scope: Scope.PROPERTY, timeoutMs: TIMEOUT_MS });
    const openId = await property({ timeoutMs: 3_600_000 });
    const anna = { clientId: 'anna-client', path: '/annas-page', userId: 'anna-login' };
    const shared = [
      hit(propertyId, { ...anna, sessionStamp: 'sofa' }),
      hit(propertyId, { clientId: 'bob', sessionStamp: 'sofa', path: '/bobs-page' }),
      hit(propertyId, { clientId: 'bob', sessionStamp: 'sofa', path: '/bobs-page' }),
    ];
    const alone = [hit(propertyId, { ...anna, clientSessionId: 'own-1' })];
    const carls = [hit(propertyId, { clientId: 'carl', userId: 'carl-login' }), hit(propertyId, { clientId: 'carl' })];
    // One request, so that they share envelopes where their partitions are the same.
    await publish([...shared, ...alone, ...carls]);
    await publishAlone(propertyId, 'anna-client', 'annas-refused-page', 8 * DAY_MS);
    const [before] = await Promise.all([closed(propertyId, carls[0]?.id ?? ''), closed(propertyId, shared[0]?.id ?? '')]);
    await closed(propertyId, alone[0]?.id ?? '');
    const opened = await publish([hit(openId, anna), hit(openId, { clientId: 'bob' })]);
    expect(await list(openId, opened)).toHaveLength(2);
    const texts = ['anna-client', 'annas-', 'anna-login'];
    expect(await tracesOf(world, texts)).not.toEqual([]);

    const command = newCommand();
    const person = { $case: 'clientId' as const, value: 'anna-client' };
    const progress = await erase(propertyId, person, command);
    expect(progress.at(-1)).toMatchObject({ done: true, closedSessions: 2 });
    expect((await erase(openId, person)).at(-1)).toMatchObject({ done: true, openHits: 1 });

    expect(await tracesOf(world, texts)).toEqual([]);
    expect(await get(propertyId, carls[0]?.id ?? '')).toEqual(before);
    const left = await get(propertyId, shared[0]?.id ?? '');
    expect(left.session).toMatchObject({ revision: 2, hitCount: 2, clientId: 'bob' });
    expect(left.hits.map(({ id }) => id)).toEqual(shared.slice(1).map(({ id }) => id));
    expect(await list(openId)).toHaveLength(1);

    // The same command again has nothing left to do.
    expect((await erase(propertyId, person, command)).at(-1)).toMatchObject({ done: true, closedSessions: 0, messages: 0 });
    expect((await get(propertyId, shared[0]?.id ?? '')).session?.revision).toBe(2);

    // Neither the documents nor the store come back with it when they are made again of the streams.
    await rebuildViews();
    await loseState(propertyStateOf('acme', propertyId));
    await loseState(world.subjects.hitPartition('acme', openId, 'bob'));
    await eventually('the open session is there again', async () => {
      await publish([hit(openId, { clientId: 'bob' }), hit(propertyId, { clientId: 'dora' })]);
      const sessions = await list(openId);
      const isWhole = await isStateWhole(propertyStateOf('acme', propertyId));
      return isWhole && sessions.length === 1 && (sessions[0]?.hitCount ?? 0) >= 2 ? true : undefined;
    });
    expect(await tracesOf(world, texts)).toEqual([]);
    expect(await get(propertyId, carls[0]?.id ?? '')).toEqual(before);
    expect((await get(propertyId, shared[0]?.id ?? '')).session).toEqual(left.session);
  });

  it('takes from a user the hits that carry the user id, and leaves what others did with the same client', async () => {
    const propertyId = await property({ timeoutMs: TIMEOUT_MS });
    const openId = await property({ timeoutMs: 3_600_000 });
    const hitsOf = (id: string): readonly Hit[] => [
      hit(id, { clientId: 'tablet', userId: 'otto-login', path: '/ottos-page' }),
      hit(id, { clientId: 'tablet', path: '/nobodys-page' }),
    ];
    const [mixed, open] = [hitsOf(propertyId), hitsOf(openId)];
    await publish(mixed);
    await closed(propertyId, mixed[0]?.id ?? '');
    expect(await list(openId, await publish(open))).toMatchObject([{ hitCount: 2 }]);
    for (const id of [propertyId, openId]) {
      expect((await erase(id, { $case: 'userId', value: 'otto-login' })).at(-1)).toMatchObject({ done: true });
    }
    expect(await tracesOf(world, ['otto-login', 'ottos-page'])).toEqual([]);
    const left = await get(propertyId, mixed[0]?.id ?? '');
    expect(left.session).toMatchObject({ revision: 2, hitCount: 1, clientId: 'tablet', userId: '' });
    expect(left.hits.map(({ path }) => path)).toEqual(['/nobodys-page']);
    const [stillOpen] = await list(openId);
    expect(stillOpen).toMatchObject({ state: SessionState.OPEN, clientId: 'tablet', userId: '' });
  });

  it('goes on where it broke off, wherever that was', async () => {
    const propertyId = await property({ scope: Scope.PROPERTY, timeoutMs: TIMEOUT_MS });
    const hits = [
      hit(propertyId, { clientId: 'eve-client', userId: 'eve-login', sessionStamp: 'desk' }),
      hit(propertyId, { clientId: 'fred', sessionStamp: 'desk' }),
    ];
    await publish(hits);
    await publishAlone(propertyId, 'eve-client', 'eves-page');
    await closed(propertyId, hits[0]?.id ?? '');
    const command = newCommand();
    const request = { ...command, propertyId, person: { $case: 'clientId' as const, value: 'eve-client' } };
    let isDone = false;
    for (let steps = 1; !isDone; steps += 1) {
      let taken = 0;
      for await (const { done } of client.watch(Sessions.eraseClient, request, { deadlineMs: ERASE_MS_MAX })) {
        taken += 1;
        isDone = done;
        if (taken === steps) break;
      }
    }
    expect(await tracesOf(world, ['eve-client', 'eve-login', 'eves-page'])).toEqual([]);
    const left = await get(propertyId, hits[0]?.id ?? '');
    expect(left.session).toMatchObject({ revision: 2, hitCount: 1, clientId: 'fred', userId: '' });
  });
});
