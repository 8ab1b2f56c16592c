import { randomUUID } from 'node:crypto';
import {
  CloseCause,
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  RebuildState,
  Scope,
  SessionChange,
  SessionsServiceService as Sessions,
  SessionState,
  type Hit,
  type ListSessionsRequest,
  type PropertySettings,
  type Session,
} from '@drawdown/proto/sessions';
import { newCommand, refusalOf, timestamp, type Client } from './client.js';
import { eventually } from './eventually.js';
import { createProperty, hit, settings } from './given.js';
import { World } from './world.js';

/** Short, so that sessions close while a test waits; the service's tick is a second. */
const TIMEOUT_MS = 1_000;

describe('the service, from hits to sessions', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
  });
  afterAll(() => world.end());

  const publish = async (hits: readonly Hit[], lane = ''): Promise<string> => {
    const { results, position } = await client.call(Hits.publishHits, { hits: [...hits], lane });
    expect(results.map(({ error }) => error)).toEqual(hits.map(() => undefined));
    return position;
  };

  const list = async (propertyId: string, given: Partial<ListSessionsRequest> = {}): Promise<Session[]> => {
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
      pageToken: '',
      minPosition: '',
      ...given,
    };
    return (await client.call(Sessions.listSessions, request)).sessions;
  };

  const get = (propertyId: string, sessionId: string, minPosition = '') =>
    client.call(Sessions.getSession, {
      propertyId,
      key: { $case: 'sessionId', value: sessionId },
      pageSize: 0,
      pageToken: '',
      replay: '',
      minPosition,
    });

  const property = async (given: Partial<PropertySettings> = {}): Promise<string> => (await createProperty(client, given)).propertyId;

  it('shows an open session to whoever asks with the position of its hits, and a closed one afterwards', async () => {
    const propertyId = await property({ timeoutMs: TIMEOUT_MS });
    const hits = [hit(propertyId), hit(propertyId, { userId: 'u1' })];
    const position = await publish(hits);
    const { session } = await client.call(Sessions.getOpenSession, {
      propertyId,
      visitor: { $case: 'clientId', value: 'visitor' },
      clientSessionId: '',
      minPosition: position,
    });
    expect(session).toMatchObject({ sessionId: hits[0]?.id, state: SessionState.OPEN, hitCount: 2, clientId: 'visitor', userId: 'u1' });
    const closed = await eventually('the session closes', async () => {
      const found = await get(propertyId, hits[0]?.id ?? '');
      expect(found.session?.state).toBe(SessionState.CLOSED);
      return found;
    });
    expect(closed.session).toMatchObject({ hitCount: 2, revision: 1, closeCause: CloseCause.INACTIVITY, timeoutMs: TIMEOUT_MS });
    expect(closed.hits.map(({ id }) => id)).toEqual(hits.map(({ id }) => id));
    expect(closed.reasons?.ended).toBe('no hit came for the timeout');
  });

  it('joins clients by stamp in scope property and says which identifier did it', async () => {
    const propertyId = await property({ scope: Scope.PROPERTY, timeoutMs: 60_000 });
    const position = await publish([
      hit(propertyId, { clientId: 'phone', sessionStamp: 'same' }),
      hit(propertyId, { clientId: 'laptop', sessionStamp: 'same', userId: 'u7' }),
    ]);
    const [session, ...others] = await list(propertyId, { minPosition: position });
    expect(others).toEqual([]);
    expect(session).toMatchObject({ state: SessionState.OPEN, hitCount: 2 });
    const open = (visitor: { $case: 'clientId' | 'userId'; value: string }) =>
      client.call(Sessions.getOpenSession, { propertyId, visitor, clientSessionId: '', minPosition: '' });
    const found = await Promise.all([
      open({ $case: 'clientId', value: 'phone' }),
      open({ $case: 'clientId', value: 'laptop' }),
      open({ $case: 'userId', value: 'u7' }),
    ]);
    for (const { session: of, reasons } of found) {
      expect(of?.name).toBe(session?.name);
      expect(reasons?.joins.map(({ identifierType }) => identifierType)).toEqual(['stamp']);
    }
  });

  it('closes an import when it is complete, in order of nothing but its own times', async () => {
    const propertyId = await property({ timeoutMs: 30 * 60_000 });
    const lane = `import-${randomUUID()}`;
    const at = (minute: number): number => 1_600_000_000_000 + minute * 60_000;
    const minutes = [100, 0, 10, 41, 130, 20];
    const hits = minutes.map(minute => hit(propertyId, { id: `m${String(minute)}`, receivedTime: timestamp(at(minute)) }));
    await publish(hits, lane);
    await client.call(Hits.completeImport, { lane });
    const sessions = await eventually('everything that the import left open closes', async () => {
      const found = await list(propertyId, { states: [SessionState.CLOSED], lane });
      expect(found.reduce((sum, { hitCount }) => sum + hitCount, 0)).toBe(minutes.length);
      return found;
    });
    const gathered = sessions.map(({ sessionId, hitCount, durationSeconds }) => [sessionId, hitCount, durationSeconds]);
    expect(gathered).toEqual([
      ['m100', 2, 1_800],
      ['m0', 4, 2_460],
    ]);
    expect(sessions.map(session => session.lane)).toEqual([lane, lane]);
  });

  it('tells those who watch of open sessions within their next look, and of closes as they are published', async () => {
    const propertyId = await property({ timeoutMs: TIMEOUT_MS });
    const sent = hit(propertyId);
    const told: SessionChange[] = [];
    for await (const { change, session } of client.watch(Sessions.watchSessions, { propertyId }, { deadlineMs: 30_000 })) {
      if (change === SessionChange.UNSPECIFIED) await publish([sent]);
      else expect(session?.sessionId).toBe(sent.id);
      told.push(change);
      if (change === SessionChange.CLOSED) break;
    }
    expect(told[0]).toBe(SessionChange.UNSPECIFIED);
    expect(told.at(-1)).toBe(SessionChange.CLOSED);
  });

  it('ends a session on request, once for a request however often it comes', async () => {
    const propertyId = await property({ timeoutMs: 600_000 });
    const sent = hit(propertyId);
    const [open] = await list(propertyId, { minPosition: await publish([sent]) });
    const command = { ...newCommand(), propertyId, name: open?.name ?? '' };
    const first = await client.call(Sessions.endSession, command);
    expect((await client.call(Sessions.endSession, command)).position).toBe(first.position);
    const ended = await eventually('the session that was ended closes', async () => {
      const { session } = await get(propertyId, sent.id);
      expect(session?.state).toBe(SessionState.CLOSED);
      return session;
    });
    expect(ended?.closeCause).toBe(CloseCause.OPERATOR);
  });

  it('takes a client out of a session again, and joins it no more by what they share', async () => {
    const propertyId = await property({ scope: Scope.PROPERTY, timeoutMs: 600_000 });
    const of = (clientId: string): Hit => hit(propertyId, { clientId, sessionStamp: 'office' });
    const [joined] = await list(propertyId, { minPosition: await publish([of('a'), of('b')]) });
    expect(joined?.hitCount).toBe(2);
    await client.call(Sessions.unmerge, { ...newCommand(), propertyId, name: joined?.name ?? '', clientId: 'b' });
    const apart = await list(propertyId, { minPosition: await publish([of('b')]) });
    expect(apart.map(({ clientId, hitCount }) => [clientId, hitCount]).sort()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const alone = client.call(Sessions.unmerge, { ...newCommand(), propertyId, name: joined?.name ?? '', clientId: 'nobody' });
    expect(await refusalOf(alone)).toMatchObject({ reason: 'CLIENT_NOT_JOINED' });
  });

  it('makes sessions again with other settings, beside the present ones', async () => {
    const propertyId = await property({ timeoutMs: 3_600_000 });
    const at = (secondsAgo: number): number => Math.floor(Date.now() / 1_000) * 1_000 - secondsAgo * 1_000;
    const times = [at(900), at(890), at(500), at(495)];
    const position = await publish(times.map(time => hit(propertyId, { receivedTime: timestamp(time) })));
    const present = await list(propertyId, { minPosition: position });
    expect(present.map(({ hitCount }) => hitCount)).toEqual([4]);
    const { lane, position: replayed } = await client.call(Sessions.startReplay, {
      requestId: `again-${randomUUID()}`,
      requestTime: timestamp(Date.now()),
      propertyId,
      startTime: timestamp(at(2_000)),
      endTime: timestamp(at(0)),
      settings: settings({ timeoutMs: 60_000 }),
    });
    const made = await eventually('the replay has closed everything', async () => {
      const found = await list(propertyId, { replay: lane, states: [SessionState.CLOSED], minPosition: replayed });
      return found.reduce((sum, { hitCount }) => sum + hitCount, 0) === times.length ? found : undefined;
    });
    expect(made.map(({ hitCount, timeoutMs }) => [hitCount, timeoutMs])).toEqual([
      [2, 60_000],
      [2, 60_000],
    ]);
    expect(await list(propertyId)).toEqual(present);
  });

  it('reports all partitions as whole and owned, to operators', async () => {
    const { partitions } = await client.call(Operations.listPartitions, {});
    expect(partitions.map(({ number }) => number)).toEqual(Array.from({ length: 64 }, (_, number) => number));
    expect(partitions.every(({ owner }) => owner !== '')).toBe(true);
    expect(new Set(partitions.map(({ rebuildState }) => rebuildState))).toEqual(new Set([RebuildState.WHOLE]));
  });

  it('keeps namespaces apart: what one reads, ends and exports is its own', async () => {
    const propertyId = await property({ timeoutMs: 600_000 });
    const [open] = await list(propertyId, { minPosition: await publish([hit(propertyId)]) });
    const stranger = world.clientOf(client.address, await world.token('strangers'));
    await createProperty(stranger, { timeoutMs: 600_000 }, propertyId);
    const own = { clientId: '', userId: '', startTime: undefined, endTime: undefined, states: [], lane: '', replay: '' };
    const { sessions } = await stranger.call(Sessions.listSessions, { ...own, propertyId, pageSize: 0, pageToken: '', minPosition: '' });
    expect(sessions).toEqual([]);
    const ending = stranger.call(Sessions.endSession, { ...newCommand(), propertyId, name: open?.name ?? '' });
    expect(await refusalOf(ending)).toMatchObject({ code: 'NOT_FOUND' });
    const exported = await stranger.collect(Sessions.exportClient, { propertyId, person: { $case: 'clientId', value: 'visitor' } });
    expect(exported).toEqual([]);
    expect((await list(propertyId)).map(({ state }) => state)).toEqual([SessionState.OPEN]);
  });
});
