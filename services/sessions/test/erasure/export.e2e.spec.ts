import { randomUUID } from 'node:crypto';
import {
  Scope,
  SessionsServiceService as Sessions,
  SessionState,
  type ExportClientResponse,
  type ExportClientRequest,
} from '@drawdown/proto/sessions';
import { jetstream } from '@nats-io/jetstream';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { clientKey } from '../../src/domain/index.js';
import { Calls } from '../api/calls.js';
import { timestamp, type Client } from '../api/client.js';
import { eventually } from '../api/eventually.js';
import { hit } from '../api/given.js';
import { World } from '../api/world.js';

const HOUR_MS = 3_600_000;
const EXPORT_MS_MAX = 60_000;
/** Of ten tries, the last is left; the pauses between them would take minutes. */
const TRIES_BEFORE = 9;

describe('the export of a person (sessions §15.11)', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
    calls = new Calls(client);
  });
  afterAll(() => world.end());

  const exported = (propertyId: string, person: ExportClientRequest['person']): Promise<readonly ExportClientResponse[]> =>
    client.collect(Sessions.exportClient, { propertyId, person }, { deadlineMs: EXPORT_MS_MAX });
  const byClient = (value: string) => ({ $case: 'clientId', value }) as const;
  const byUser = (value: string) => ({ $case: 'userId', value }) as const;
  /** `session <id>`, `hit <id>` or `letter <reason>`, as they came. */
  const told = (items: readonly ExportClientResponse[]): readonly string[] =>
    items.map(({ item }) => {
      if (item?.$case === 'session') return `session ${item.value.sessionId}`;
      return item?.$case === 'hit' ? `hit ${item.value.id}` : `letter ${item?.value.reason ?? ''}`;
    });

  it('has the sessions that a client opened under session ids of its own, open and closed, in lane live and in imports', async () => {
    const propertyId = await calls.property({ timeoutMs: 1_000 });
    const openId = await calls.property({ timeoutMs: HOUR_MS });
    const own = hit(propertyId, { clientId: 'ann', clientSessionId: 'tab-1' });
    const plain = hit(propertyId, { clientId: 'ann' });
    const others = hit(propertyId, { clientId: 'bob', clientSessionId: 'tab-1' });
    await calls.publish([own, plain, others]);
    await calls.closed(propertyId, 3);
    const both = await exported(propertyId, byClient('ann'));
    expect([...told(both)].sort()).toEqual([`hit ${own.id}`, `hit ${plain.id}`, `session ${own.id}`, `session ${plain.id}`].sort());

    const open = hit(openId, { clientId: 'ann', clientSessionId: 'tab-2' });
    await calls.list(openId, { minPosition: await calls.publish([open, hit(openId, { clientId: 'bob' })]) });
    const old = hit(openId, { clientId: 'ann', clientSessionId: 'tab-3', receivedTime: timestamp(Date.UTC(2021, 0, 1)) });
    await calls.list(openId, { minPosition: await calls.publish([old], 'import-ann') });
    expect(told(await exported(openId, byClient('ann')))).toEqual([
      `session ${open.id}`,
      `hit ${open.id}`,
      `session ${old.id}`,
      `hit ${old.id}`,
    ]);
  });

  it('has the hits of a user who was not the last one of the session, and none of the others', async () => {
    const propertyId = await calls.property({ timeoutMs: 1_000, split: { inactivity: true, userIdChange: false } });
    const [first, second] = [
      hit(propertyId, { clientId: 'tablet', userId: 'mia' }),
      hit(propertyId, { clientId: 'tablet', userId: 'tom' }),
    ];
    await calls.publish([first, second]);
    const [session] = await calls.closed(propertyId, 1);
    expect(session).toMatchObject({ userId: 'tom', hitCount: 2 });
    expect(told(await exported(propertyId, byUser('mia')))).toEqual([`session ${first.id}`, `hit ${first.id}`]);
    expect(told(await exported(propertyId, byUser('tom')))).toEqual([`session ${first.id}`, `hit ${second.id}`]);
    expect(await exported(propertyId, byUser('nobody'))).toEqual([]);
  });

  it('tells hits of a superseded session once, with the session that has them now', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, timeoutMs: 60_000 });
    const atMs = Date.now() - 600_000;
    const at = (seconds: number) => ({ clientId: 'eva', receivedTime: timestamp(atMs + seconds * 1_000) });
    const later = hit(propertyId, at(30));
    await calls.publish([later]);
    await calls.closed(propertyId, 1);
    const earlier = hit(propertyId, at(0));
    await calls.publish([earlier]);
    await eventually('the earlier hit has superseded the session', async () => {
      const [session] = await calls.list(propertyId);
      return session?.sessionId === earlier.id && session.state === SessionState.CLOSED && session.hitCount === 2 ? true : undefined;
    });
    expect(told(await exported(propertyId, byClient('eva')))).toEqual([`session ${earlier.id}`, `hit ${earlier.id}`, `hit ${later.id}`]);
  });

  it('has what was refused of a person, event by event, and nothing of others in the same message', async () => {
    const propertyId = await calls.property({ timeoutMs: HOUR_MS });
    const event = (clientId: string, id: string, data: object) => ({
      specversion: '1.0',
      id,
      source: '/test',
      type: 'drawdown.hits.source.hit.v1',
      data: { propertyId, clientId, ...data },
    });
    const headers = natsHeaders();
    headers.set('content-type', 'application/cloudevents-batch+json');
    const [mine, alsoMine, others] = [randomUUID(), randomUUID(), randomUUID()];
    // Without a name of the event no hit counts; one of somebody else's lies in the wrong envelope as well.
    const batch = [event('zoe', mine, {}), event('other', others, {}), event('zoe', alsoMine, { path: '/zoes-page' })];
    const subject = world.subjects.hitsBatch(world.subjects.hitPartition('acme', propertyId, 'zoe'), 'acme');
    await jetstream(world.nats).publish(subject, JSON.stringify(batch), { headers });
    const letters = await eventually('they are refused', async () => {
      const found = await exported(propertyId, byClient('zoe'));
      return found.length >= 2 ? found : undefined;
    });
    const events = letters.map(({ item }) =>
      item?.$case === 'deadLetter' ? (JSON.parse(item.value.event.toString()) as { readonly id: string }).id : '',
    );
    expect(new Set(events)).toEqual(new Set([mine, alsoMine]));
    expect(letters[0]?.item).toMatchObject({ $case: 'deadLetter', value: { reason: expect.stringMatching(/./) as string } });
  });

  it('has the hits of a session that was parked', async () => {
    const propertyId = await calls.property({ timeoutMs: 2_000 });
    const [mine, others] = [hit(propertyId, { clientId: 'desk', userId: 'ivy' }), hit(propertyId, { clientId: 'desk', userId: 'jon' })];
    await calls.list(propertyId, { minPosition: await calls.publish([mine, others]) });
    const state = world.subjects.hitPartition('acme', propertyId, 'desk');
    const keyOf = (rest: string): string => `${world.prefix}:{p${String(state)}}:live:${rest}`;
    await world.redis.hset(keyOf(`h:${clientKey('acme', propertyId, 'desk')}`), 'broken', '{"no":"hit"');
    const closeId = await eventually('its close has begun', async () => (await world.redis.zrange(keyOf('q'), 0, '-1'))[0]);
    await world.redis.hset(keyOf(`cl:${closeId}`), 'attempts', String(TRIES_BEFORE));
    await world.redis.zadd(keyOf('q'), 'XX', '0', closeId);
    await eventually('it is parked', async () => ((await world.redis.exists(keyOf(`cl:${closeId}`))) === 0 ? true : undefined));
    expect(told(await exported(propertyId, byUser('ivy')))).toEqual(['letter SESSION_PARKED', `hit ${mine.id}`]);
  });
});
