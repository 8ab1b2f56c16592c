import { randomUUID } from 'node:crypto';
import { OperationsServiceService as Operations, OverdueKind, SessionState, type RepairSessionRequest } from '@drawdown/proto/sessions';
import { decodeSessionMessage } from '../../src/adapters/jetstream/session-decode.js';
import { clientKey, type SessionParked } from '../../src/domain/index.js';
import { Calls } from './calls.js';
import { newCommand, refusalOf, timestamp, type Client } from './client.js';
import { eventually } from './eventually.js';
import { hit } from './given.js';
import { World } from './world.js';

const TIMEOUT_MS = 2_000;
/** Of ten tries, the last is left; the pauses between them would take minutes. */
const TRIES_BEFORE = 9;

describe('a session of which something cannot be read (E38)', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
    calls = new Calls(client);
  });
  afterAll(() => world.end());

  const partitionOf = (propertyId: string, clientId: string): number => world.subjects.hitPartition('acme', propertyId, clientId);
  const keyOf = (state: number, rest: string): string => `${world.prefix}:{p${String(state)}}:live:${rest}`;

  const parkedFact = (propertyId: string): Promise<SessionParked> =>
    eventually('session.parked is published', async () => {
      for await (const message of world.readerOf('sessions').from(`${world.prefix}.sessions.*.acme.${propertyId}`, 1)) {
        const decoded = decodeSessionMessage(world.subjects, message);
        if (decoded.ok && decoded.value.kind === 'fact' && decoded.value.fact.type === 'parked') return decoded.value.fact;
      }
      return undefined;
    });

  const repair = (propertyId: string, closeId: string, given: Partial<RepairSessionRequest> = {}) =>
    client.call(Operations.repairSession, { ...newCommand(), namespace: 'acme', propertyId, closeId, dropUnreadable: false, ...given });

  it('is retried, parked after ten tries with all its pieces, holds up nobody, and comes back without what is broken', async () => {
    const propertyId = await calls.property({ timeoutMs: TIMEOUT_MS });
    const clientId = `visitor-${randomUUID()}`;
    const hits = [hit(propertyId, { clientId }), hit(propertyId, { clientId })];
    const state = partitionOf(propertyId, clientId);
    const key = clientKey('acme', propertyId, clientId);
    const position = await calls.publish(hits);
    await calls.list(propertyId, { minPosition: position });
    await world.redis.hset(keyOf(state, `h:${key}`), 'broken', '{"no":"hit"');

    const closeId = await eventually('its close has begun', async () => (await world.redis.zrange(keyOf(state, 'q'), 0, '-1'))[0]);
    await world.redis.hset(keyOf(state, `cl:${closeId}`), 'attempts', String(TRIES_BEFORE));
    await world.redis.zadd(keyOf(state, 'q'), 'XX', '0', closeId);
    const fact = await parkedFact(propertyId);
    expect(fact).toMatchObject({ closeId, sessionKey: key, attempts: TRIES_BEFORE + 1, reason: 'SESSION_PARKED', lane: 'live' });
    await eventually('nothing of it is left in Redis', async () => {
      expect(await world.redis.keys(keyOf(state, 'cl:*'))).toEqual([]);
      return true;
    });
    const letters = (await calls.deadLetters()).filter(({ detail }) => detail.includes(closeId));
    expect(letters.map(({ reason, stream }) => [reason, stream])).toEqual([['SESSION_PARKED', 'sessions']]);
    const replay = client.call(Operations.replayDeadLetter, { sequence: letters[0]?.sequence ?? 0 });
    expect(await refusalOf(replay)).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'PRECONDITION_FAILED' });

    // The wheel has gone on: another session of the same client closes.
    const later = hit(propertyId, { clientId, receivedTime: timestamp(Date.now()) });
    await calls.publish([later]);
    await eventually('the next session of the client closes', async () => {
      return (await calls.get(propertyId, later.id)).session?.state === SessionState.CLOSED ? true : undefined;
    });

    expect(await refusalOf(repair(propertyId, 'nobody'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(repair(propertyId, closeId, { namespace: 'foreign' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(repair(propertyId, closeId))).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'SESSION_UNREADABLE' });
    await repair(propertyId, closeId, { dropUnreadable: true });
    const whole = await eventually('it comes out as a session', async () => {
      const found = await calls.get(propertyId, hits[0]?.id ?? '');
      return found.session?.state === SessionState.CLOSED ? found : undefined;
    });
    expect(whole.session).toMatchObject({ hitCount: 2, revision: 1, clientId });
    expect(whole.hits.map(({ id }) => id)).toEqual(hits.map(({ id }) => id));

    // Asking again neither doubles nor amends it.
    await repair(propertyId, closeId, { dropUnreadable: true });
    await client.call(Operations.checkDue, { partition: state });
    expect(await world.redis.zcard(keyOf(state, 'q'))).toBe(0);
    expect((await calls.get(propertyId, hits[0]?.id ?? '')).session).toMatchObject({ hitCount: 2, revision: 1 });
  });

  it('is overdue until it is handed over, which looking again does', async () => {
    const propertyId = await calls.property({ timeoutMs: TIMEOUT_MS });
    const clientId = `visitor-${randomUUID()}`;
    const state = partitionOf(propertyId, clientId);
    const key = clientKey('acme', propertyId, clientId);
    const position = await calls.publish([hit(propertyId, { clientId })]);
    await calls.list(propertyId, { minPosition: position });
    await world.redis.hset(keyOf(state, `h:${key}`), 'broken', 'x');
    const closeId = await eventually('its close was tried', async () => {
      const [found] = await world.redis.zrange(keyOf(state, 'q'), 0, '-1');
      const tried = found === undefined ? null : await world.redis.hget(keyOf(state, `cl:${found}`), 'attempts');
      return tried === null ? undefined : found;
    });
    const { partitions } = await client.call(Operations.listPartitions, {});
    expect(partitions[state]).toMatchObject({ number: state, queueLength: 1 });
    await eventually('it is overdue between two tries', async () => {
      await world.redis.zadd(keyOf(state, 'q'), 'XX', '1', closeId);
      const { overdue } = await client.call(Operations.listOverdue, { longerThanMs: 0 });
      return overdue.some(
        ({ partition, lane, kind, id }) => partition === state && lane === 'live' && kind === OverdueKind.CLOSE && id === closeId,
      );
    });
    await world.redis.hdel(keyOf(state, `cl:${closeId}:${key}:h`), 'broken');
    await eventually('looking hands it over', async () => {
      await world.redis.zadd(keyOf(state, 'q'), 'XX', '1', closeId);
      await client.call(Operations.checkDue, { partition: state });
      return (await calls.list(propertyId, { states: [SessionState.CLOSED] })).length === 1;
    });
    expect((await calls.list(propertyId)).map(({ hitCount, state: is }) => [hitCount, is])).toEqual([[1, SessionState.CLOSED]]);
  });
});
