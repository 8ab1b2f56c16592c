import {
  CloseCause,
  SessionChange,
  SessionsServiceService as Sessions,
  SessionState,
  SplitCause,
  type ListSessionsRequest,
  type Session,
} from '@drawdown/proto/sessions';
import { settingsOf, shadowNamespace, type Hit } from '../../src/domain/index.js';
import { millis, newCommand, refusalOf, timestamp, type Client } from './client.js';
import { EdgeWorld } from './edge-world.js';
import { createProperty } from './given.js';
import { closedOf, openOf, START_MS, storedHit } from './sessions-given.js';

const MINUTE_MS = 60_000;

describe('SessionsService', () => {
  let world: EdgeWorld;
  let client: Client;
  let propertyId: string;
  beforeAll(async () => {
    world = await EdgeWorld.create({
      commands: {
        end: async (_property, { state }) => ({ partition: state, sequence: 11 }),
        unmerge: async (_property, { state }) => ({ partition: state, sequence: 12 }),
        startReplay: async (_property, _replay, { id }) => ({ lane: id, places: [{ partition: 3, sequence: 99 }] }),
        erase: async function* () {
          yield { openHits: 1, closedSessions: 0, messages: 0, done: false, place: undefined };
          yield { openHits: 1, closedSessions: 2, messages: 3, done: true, place: { partition: 5, sequence: 13 } };
        },
      },
    });
    client = await world.client();
  });
  beforeEach(async () => {
    ({ propertyId } = await createProperty(client));
  });
  afterAll(() => world.end());

  const hits = (prefix: string, count: number, fromMs: number, given: Partial<Hit> = {}): readonly Hit[] =>
    Array.from({ length: count }, (_, index) => storedHit(propertyId, `${prefix}${String(index)}`, fromMs + index * MINUTE_MS, given));

  const list = (given: Partial<ListSessionsRequest> = {}, by = client) =>
    by.call(Sessions.listSessions, {
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
    });

  const idsOf = (sessions: readonly Session[]): string[] => sessions.map(({ sessionId }) => sessionId);

  const get = (key: { $case: 'sessionId' | 'name'; value: string }, given: object = {}) =>
    client.call(Sessions.getSession, { propertyId, key, pageSize: 0, pageToken: '', replay: '', minPosition: '', ...given });

  describe('an open session', () => {
    it('is found by its client, by its name, by its first hit, with what its hits say', async () => {
      const open = openOf(propertyId, [...hits('a', 1, START_MS), ...hits('b', 1, START_MS + MINUTE_MS, { userId: 'u1' })]);
      world.sessions.live.push(open);
      const { session, reasons } = await client.call(Sessions.getOpenSession, {
        propertyId,
        visitor: { $case: 'clientId', value: 'visitor' },
        clientSessionId: '',
        minPosition: '',
      });
      expect(session).toMatchObject({
        sessionId: 'a0',
        state: SessionState.OPEN,
        lane: 'live',
        clientId: 'visitor',
        userId: 'u1',
        hitCount: 2,
        durationSeconds: 60,
        revision: 0,
        closeCause: CloseCause.UNSPECIFIED,
      });
      expect(session?.name).toBe(`7.live.${open.session.sessionKey}`);
      expect(millis(session?.expireTime)).toBe(START_MS + MINUTE_MS + 1_800_000 + 1_000);
      expect(reasons).toMatchObject({ ended: '', clientKeys: open.session.clientKeys });
      const byName = await get({ $case: 'name', value: session?.name ?? '' });
      const byId = await get({ $case: 'sessionId', value: 'a0' });
      expect(byName).toEqual(byId);
      expect(byName.hits.map(({ id }) => id)).toEqual(['a0', 'b0']);
      expect(byName.values).toBeUndefined();
    });

    it('is counted against the limit of its user', async () => {
      world.sessions.live.push(
        openOf(propertyId, hits('c', 1, START_MS, { clientId: 'tv', userId: 'u2' })),
        openOf(propertyId, hits('d', 1, START_MS, { clientId: 'web', userId: 'u2' })),
      );
      const check = (limit: number) => client.call(Sessions.checkConcurrentSessions, { propertyId, userId: 'u2', limit });
      expect(await check(3)).toEqual({ allowed: true, openCount: 2 });
      expect(await check(2)).toEqual({ allowed: false, openCount: 2 });
    });

    it('of nobody is NOT_FOUND, and a question without a visitor is refused', async () => {
      const ask = (visitor: { $case: 'clientId' | 'userId'; value: string } | undefined) =>
        refusalOf(client.call(Sessions.getOpenSession, { propertyId, visitor, clientSessionId: '', minPosition: '' }));
      expect(await ask({ $case: 'clientId', value: 'nobody' })).toMatchObject({ code: 'NOT_FOUND' });
      expect(await ask({ $case: 'userId', value: 'nobody' })).toMatchObject({ code: 'NOT_FOUND' });
      expect(await ask({ $case: 'clientId', value: '' })).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
      expect(await ask(undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
    });
  });

  describe('a closed session', () => {
    it('is told with its hits, page by page, what follows from them, and why', async () => {
      world.sessions.closed.push(
        closedOf(propertyId, hits('e', 5, START_MS, { queryParams: { utm_campaign: ['spring'] } }), {
          revision: 2,
          kind: 'amended',
          closeCause: 'hard_cap',
          splitCause: 'user_id_changed',
          duplicateHits: 3,
          joins: [{ clientKey: 'k', identifierType: 'stamp', atMs: START_MS }],
          usage: [{ id: 'e0:2:visits', rule: 'visits', customer: 'acme', eventType: 'visit', value: '1' }],
        }),
      );
      const first = await get({ $case: 'sessionId', value: 'e0' }, { pageSize: 3 });
      expect(first.session).toMatchObject({
        sessionId: 'e0',
        name: '',
        state: SessionState.CLOSED,
        revision: 2,
        hitCount: 5,
        durationSeconds: 240,
        closeCause: CloseCause.HARD_CAP,
        splitCause: SplitCause.USER_ID_CHANGED,
        usage: [{ eventId: 'e0:2:visits', customer: 'acme', eventType: 'visit', value: '1' }],
      });
      expect(first.reasons).toMatchObject({
        started: 'another user appeared',
        ended: 'a hard cap of the property was reached',
        duplicateHits: 3,
        joins: [{ identifierType: 'stamp' }],
      });
      expect(first.values).toMatchObject({ pageViews: 5, bounced: false, campaign: { utm_campaign: 'spring' } });
      const second = await get({ $case: 'sessionId', value: 'e0' }, { pageSize: 3, pageToken: first.nextPageToken });
      expect([...first.hits, ...second.hits].map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
      expect([...first.hits, ...second.hits].map(({ splitCause }) => splitCause)).toEqual([SplitCause.USER_ID_CHANGED, 0, 0, 0, 0]);
      expect(second.nextPageToken).toBe('');
    });

    it('counts where it is also still closing', async () => {
      const of = hits('f', 2, START_MS);
      world.sessions.live.push(openOf(propertyId, of, { state: 'CLOSING' }));
      expect((await get({ $case: 'sessionId', value: 'f0' })).session?.state).toBe(SessionState.CLOSING);
      world.sessions.closed.push(closedOf(propertyId, of));
      expect((await get({ $case: 'sessionId', value: 'f0' })).session?.state).toBe(SessionState.CLOSED);
      expect((await list()).sessions.map(({ state }) => state)).toEqual([SessionState.CLOSED]);
    });

    it('belongs to its namespace and property', async () => {
      world.sessions.closed.push(closedOf(propertyId, hits('g', 1, START_MS)));
      const { propertyId: other } = await createProperty(client);
      expect(await refusalOf(get({ $case: 'sessionId', value: 'g0' }, { propertyId: other }))).toMatchObject({ code: 'NOT_FOUND' });
      const stranger = await world.client('strangers');
      const request = {
        propertyId,
        key: { $case: 'sessionId', value: 'g0' } as const,
        pageSize: 0,
        pageToken: '',
        replay: '',
        minPosition: '',
      };
      expect(await refusalOf(stranger.call(Sessions.getSession, request))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await refusalOf(list({}, stranger))).toMatchObject({ code: 'NOT_FOUND' });
    });

    it('of a replay is read in the shadow of the own namespace, and in no other', async () => {
      const created = { type: 'property-created', propertyId, settings: settingsOf({}) } as const;
      world.registry.apply(
        `shadow of ${propertyId}`,
        shadowNamespace('acme', 'again-1'),
        [{ event: created, atMs: 1, commandId: 'again-1' }],
        1,
      );
      const shadow = hits('s', 1, START_MS).map(of => ({ ...of, namespace: shadowNamespace('acme', 'again-1') }));
      world.sessions.closed.push(closedOf(propertyId, shadow));
      expect(await refusalOf(get({ $case: 'sessionId', value: 's0' }))).toMatchObject({ code: 'NOT_FOUND' });
      const { session } = await get({ $case: 'sessionId', value: 's0' }, { replay: 'again-1' });
      expect(session?.sessionId).toBe('s0');
      expect(idsOf((await list({ replay: 'again-1' })).sessions)).toEqual(['s0']);
      expect(await refusalOf(list({ replay: 'again-0' }))).toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  it.each([
    '',
    '7.live',
    '64.live.AAAAAAAAAAAAAAAAAAAAAA',
    '07.live.AAAAAAAAAAAAAAAAAAAAAA',
    '7.a/b.AAAAAAAAAAAAAAAAAAAAAA',
    '7.live.short',
  ])('refuses %j as the name of a session', async name => {
    expect(await refusalOf(get({ $case: 'name', value: name }))).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
  });

  describe('a list', () => {
    const fill = (): void => {
      for (let index = 0; index < 12; index += 1) {
        const of = hits(`l${String(index).padStart(2, '0')}-`, 2, START_MS + (index >> 1) * 10 * MINUTE_MS, {
          clientId: `c${String(index % 3)}`,
          ...(index % 4 === 0 ? { userId: 'u9' } : {}),
        });
        if (index % 3 === 0) world.sessions.live.push(openOf(propertyId, of));
        else world.sessions.closed.push(closedOf(propertyId, of));
      }
    };

    it('goes through open and closed sessions page by page, each once, newest start first', async () => {
      fill();
      const whole = (await list({ pageSize: 500 })).sessions;
      expect(whole).toHaveLength(12);
      const starts = whole.map(({ startTime }) => millis(startTime));
      expect(starts).toEqual([...starts].sort((a, b) => b - a));
      for (const pageSize of [1, 2, 5, 12, 13]) {
        const paged: string[] = [];
        let pageToken = '';
        do {
          const page = await list({ pageSize, pageToken });
          expect(page.sessions.length).toBeLessThanOrEqual(pageSize);
          paged.push(...idsOf(page.sessions));
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        expect(paged).toEqual(idsOf(whole));
      }
    });

    it('keeps to what is asked: client, user, time, state', async () => {
      fill();
      const all = (await list({ pageSize: 500 })).sessions;
      const same = async (given: Partial<ListSessionsRequest>, keep: (session: Session) => boolean): Promise<void> => {
        const { sessions } = await list(given);
        const kept = idsOf(all.filter(keep));
        expect(kept.length).toBeGreaterThan(0);
        expect(kept.length).toBeLessThan(all.length);
        expect(idsOf(sessions)).toEqual(kept);
      };
      await same({ clientId: 'c1' }, ({ clientId }) => clientId === 'c1');
      await same({ clientId: 'c0' }, ({ clientId }) => clientId === 'c0');
      await same({ userId: 'u9' }, ({ userId }) => userId === 'u9');
      await same({ states: [SessionState.OPEN] }, ({ state }) => state === SessionState.OPEN);
      await same({ states: [SessionState.CLOSED] }, ({ state }) => state === SessionState.CLOSED);
      const [fromMs, toMs] = [START_MS + 10 * MINUTE_MS, START_MS + 40 * MINUTE_MS];
      await same(
        { startTime: timestamp(fromMs), endTime: timestamp(toMs) },
        ({ startTime }) => millis(startTime) >= fromMs && millis(startTime) < toMs,
      );
      expect(idsOf((await list({ lane: 'import-1' })).sessions)).toEqual([]);
    });
  });

  describe('a watch', () => {
    it('tells what opens, grows and closes from its beginning on, each revision once', async () => {
      const told: (readonly [SessionChange, string, number])[] = [];
      let growing: NodeJS.Timeout | undefined;
      let count = 1;
      const before = closedOf(propertyId, hits('w', 1, START_MS));
      world.sessions.live.push(openOf(propertyId, hits('o', 1, START_MS)));
      world.sessions.tell(before.header);
      const stream = client.watch(Sessions.watchSessions, { propertyId });
      for await (const { change, session } of stream) {
        told.push([change, session?.sessionId ?? '', session?.hitCount ?? 0]);
        if (told.length === 1) {
          const index = world.sessions.live.findIndex(({ session: of }) => of.propertyId === propertyId);
          const closed = closedOf(propertyId, hits('x', 2, START_MS));
          world.sessions.tell(closed.header);
          world.sessions.tell(closed.header);
          world.sessions.tell({ ...closed.header, revision: 2, kind: 'amended', hits: 3 });
          world.sessions.tell({ ...closedOf('another', hits('z', 1, START_MS)).header });
          // A change before the first look is not told, so there is one after the other until one is.
          growing = setInterval(() => {
            const grown = hits('o', (count += 1), START_MS);
            world.sessions.live.splice(index, 1, openOf(propertyId, grown));
          }, 100);
        }
        if (told.some(([kind]) => kind === SessionChange.OPEN)) break;
      }
      clearInterval(growing);
      expect(told).toEqual([
        [SessionChange.UNSPECIFIED, '', 0],
        [SessionChange.CLOSED, 'x0', 2],
        [SessionChange.AMENDED, 'x0', 3],
        [SessionChange.OPEN, 'o0', expect.any(Number)],
      ]);
    });
  });

  describe('commands', () => {
    it('go to the owner and answer where their event stands', async () => {
      const name = '7.live.AAAAAAAAAAAAAAAAAAAAAA';
      const ended = await client.call(Sessions.endSession, { ...newCommand(), propertyId, name });
      const unmerged = await client.call(Sessions.unmerge, { ...newCommand(), propertyId, name, clientId: 'c' });
      expect(new Set([ended.position, unmerged.position]).size).toBe(2);
      const steps = await client.collect(Sessions.eraseClient, {
        ...newCommand(),
        propertyId,
        person: { $case: 'userId', value: 'u' },
      });
      expect(steps.map(({ done, position }) => [done, position === ''])).toEqual([
        [false, true],
        [true, false],
      ]);
    });

    it('of a replay name their lane, and refuse a range that is none', async () => {
      const replay = (given: object) =>
        client.call(Sessions.startReplay, {
          requestId: 'again-2',
          requestTime: timestamp(Date.now()),
          propertyId,
          startTime: timestamp(START_MS),
          endTime: timestamp(START_MS + 1),
          settings: undefined,
          ...given,
        });
      expect((await replay({})).lane).toBe('again-2');
      expect(await refusalOf(replay({ endTime: timestamp(START_MS) }))).toMatchObject({ reason: 'VALIDATION' });
      expect(await refusalOf(replay({ requestId: 'a/b' }))).toMatchObject({ reason: 'VALIDATION' });
    });
  });

  it('exports what is held of a person: sessions, and of shared ones their own hits only', async () => {
    const mine = hits('m', 2, START_MS, { clientId: 'me' });
    const theirs = hits('n', 1, START_MS + 5 * MINUTE_MS, { clientId: 'them' });
    world.sessions.closed.push(closedOf(propertyId, [...mine, ...theirs]));
    world.sessions.live.push(openOf(propertyId, hits('p', 1, START_MS + 60 * MINUTE_MS, { clientId: 'me', body: Buffer.from('b') })));
    const items = await client.collect(Sessions.exportClient, { propertyId, person: { $case: 'clientId', value: 'me' } });
    expect(
      items.map(({ item }) => (item?.$case === 'session' ? item.value.sessionId : item?.$case === 'hit' ? item.value.id : '')),
    ).toEqual(['p0', 'p0', 'm0', 'm0', 'm1']);
    expect(items.map(({ item }) => item?.$case)).toEqual(['session', 'hit', 'session', 'hit', 'hit']);
  });
});
