import { randomUUID } from 'node:crypto';
import {
  CloseCause,
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  Platform,
  PropertiesServiceService as Properties,
  Scope,
  SessionState,
  SplitCause,
  UsageMeasure,
  type Hit,
  type PropertySettings,
  type Session,
} from '@drawdown/proto/sessions';
import { decodeSessionMessage } from '../../src/adapters/jetstream/session-decode.js';
import { UsageModel } from '../views/usage-model.js';
import { Calls } from './calls.js';
import { newCommand, timestamp, type Client } from './client.js';
import { eventually } from './eventually.js';
import { hit, settings } from './given.js';
import { World } from './world.js';

const HOUR_MS = 3_600_000;

describe('the rules of properties, from hits to sessions', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
    calls = new Calls(client);
  });
  afterAll(() => world.end());

  const at = (time: string): Pick<Hit, 'receivedTime'> => ({ receivedTime: timestamp(Date.parse(time)) });

  /** What an import of these hits becomes, the first session first. */
  const imported = async (propertyId: string, hits: readonly Hit[]): Promise<readonly Session[]> => {
    const lane = `import-${randomUUID()}`;
    await calls.publish(hits, lane);
    await client.call(Hits.completeImport, { lane });
    return eventually('the import has closed everything', async () => {
      const found = await calls.list(propertyId, { lane, states: [SessionState.CLOSED] });
      return found.reduce((sum, { hitCount }) => sum + hitCount, 0) === hits.length ? [...found].reverse() : undefined;
    });
  };

  const update = (propertyId: string, given: Partial<PropertySettings>, updateMask: string[]) =>
    client.call(Properties.updateProperty, {
      ...newCommand(),
      propertyId,
      settings: settings(given),
      updateMask,
      expectedSettingsVersion: 0,
    });

  const refusedOf = (propertyId: string) =>
    eventually('a hit of the property lies in the dead letters', async () => {
      const found = (await calls.deadLetters()).filter(({ detail }) => detail.includes(propertyId));
      return found.length > 0 ? found : undefined;
    });

  const causes = (sessions: readonly Session[]) => sessions.map(({ hitCount, closeCause }) => [hitCount, closeCause]);

  it('refuses hits that would open more sessions than the quota, and takes them again when it has room', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, timeoutMs: HOUR_MS, openSessionsMax: 2 });
    const of = (clientId: string): Hit => hit(propertyId, { clientId });
    let position = '';
    for (const clientId of ['a', 'b', 'c', 'a']) position = await calls.publish([of(clientId)]);
    const [letter, ...more] = await refusedOf(propertyId);
    expect([letter?.reason, more]).toEqual(['QUOTA_EXCEEDED', []]);
    const count = (sessions: readonly Session[]) => new Map(sessions.map(({ clientId, hitCount }) => [clientId, hitCount]));
    expect(count(await calls.list(propertyId, { minPosition: position }))).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
    await update(propertyId, {}, ['open_sessions_max']);
    const replayed = await client.call(Operations.replayDeadLetter, { sequence: letter?.sequence ?? 0 });
    const all = await calls.list(propertyId, { minPosition: replayed.position });
    expect(count(all)).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
        ['c', 1],
      ]),
    );
  });

  it('refuses hits beyond the bytes that a property may hold open', async () => {
    const propertyId = await calls.property({ timeoutMs: HOUR_MS, openBytesMax: 64 * 4_096 });
    const large = (): Hit => hit(propertyId, { path: 'x'.repeat(2_000) });
    const position = await calls.publish([large(), large(), hit(propertyId, {})]);
    expect((await refusedOf(propertyId)).map(({ reason }) => reason)).toEqual(['QUOTA_EXCEEDED']);
    expect((await calls.list(propertyId, { minPosition: position })).map(({ hitCount }) => hitCount)).toEqual([2]);
  });

  it('joins no more by a stamp that too many clients show, and says so', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, timeoutMs: HOUR_MS, clientsPerIdentifierMax: 3 });
    let position = '';
    for (const clientId of ['a', 'b', 'c', 'd', 'e'])
      position = await calls.publish([hit(propertyId, { clientId, sessionStamp: 'office' })]);
    const sessions = await calls.list(propertyId, { minPosition: position });
    expect(sessions.map(({ hitCount }) => hitCount).sort()).toEqual([1, 1, 3]);
    const fact = await eventually('the saturation is told', async () => {
      for await (const message of world.readerOf('sessions').from(`${world.prefix}.sessions.*.acme.${propertyId}`, 1)) {
        const decoded = decodeSessionMessage(world.subjects, message);
        if (decoded.ok && decoded.value.kind === 'fact' && decoded.value.fact.type === 'identifier-saturated') return decoded.value.fact;
      }
      return undefined;
    });
    expect(fact).toMatchObject({ lane: 'live', identifierType: 'stamp' });
    expect(fact.clients).toBeGreaterThan(3);
  });

  it('closes at the hard cap, again and again, and calls whom it happens to a bot', async () => {
    const caps = { hits: 2, durationMs: undefined, bytes: undefined };
    const propertyId = await calls.property({ timeoutMs: HOUR_MS, hardCaps: caps, botAfterHardCaps: 2 });
    const hits = [0, 1, 2, 3, 4].map(second => hit(propertyId, at(`2024-05-01T10:00:0${String(second)}Z`)));
    const sessions = await imported(propertyId, hits);
    expect(sessions.map(({ hitCount, closeCause, bot }) => [hitCount, closeCause, bot])).toEqual([
      [2, CloseCause.HARD_CAP, false],
      [2, CloseCause.HARD_CAP, true],
      [1, CloseCause.IMPORT_COMPLETED, true],
    ]);
  });

  it('begins and ends sessions where the events say so, and keeps them open by keep_alive', async () => {
    const propertyId = await calls.property({ timeoutMs: 600_000 });
    const named = (eventName: string, time: string): Hit => hit(propertyId, { eventName, ...at(`2024-05-01T${time}Z`) });
    const sessions = await imported(propertyId, [
      named('page_view', '10:00:00'),
      named('session_start', '10:01:00'),
      named('page_view', '10:02:00'),
      named('session_end', '10:03:00'),
      named('page_view', '10:04:00'),
      named('keep_alive', '10:13:00'),
      named('page_view', '10:22:00'),
    ]);
    expect(causes(sessions)).toEqual([
      [1, CloseCause.SESSION_START],
      [3, CloseCause.SESSION_END],
      [3, CloseCause.IMPORT_COMPLETED],
    ]);
  });

  it('cuts at midnight where the property is, and nowhere else', async () => {
    const calendarBoundary = { boundary: { $case: 'midnight' as const, value: { timeZone: 'Europe/Berlin' } } };
    const propertyId = await calls.property({ timeoutMs: HOUR_MS, calendarBoundary });
    // 22:00 UTC is midnight in Berlin in summer.
    const times = ['21:50', '21:59', '22:00', '22:10', '22:50', '23:30'].map(time => `2024-06-01T${time}:00Z`);
    const sessions = await imported(
      propertyId,
      [...times, '2024-06-02T00:10:00Z'].map(time => hit(propertyId, at(time))),
    );
    expect(sessions.map(({ hitCount, splitCause }) => [hitCount, splitCause])).toEqual([
      [2, SplitCause.UNSPECIFIED],
      [5, SplitCause.CALENDAR_BOUNDARY],
    ]);
  });

  it('closes by the timeout of the platform, as it is by now, and keeps it with the session', async () => {
    const tv = (timeoutMs: number) => ({ platformTimeouts: [{ platform: Platform.TV, timeoutMs }] });
    const propertyId = await calls.property({ timeoutMs: 60_000, ...tv(600_000) });
    const pair = (platform: Platform): Hit[] => [
      hit(propertyId, { platform, clientId: Platform[platform], ...at('2024-05-01T10:00:00Z') }),
      hit(propertyId, { platform, clientId: Platform[platform], ...at('2024-05-01T10:05:00Z') }),
    ];
    const both = async () => {
      const sessions = await imported(propertyId, [...pair(Platform.WEB), ...pair(Platform.TV)]);
      return sessions.map(({ clientId, hitCount, timeoutMs, settingsVersion }) => [clientId, hitCount, timeoutMs, settingsVersion]).sort();
    };
    expect(await both()).toEqual([
      ['TV', 2, 600_000, 1],
      ['WEB', 1, 60_000, 1],
      ['WEB', 1, 60_000, 1],
    ]);
    await update(propertyId, { timeoutMs: 400_000, ...tv(30_000) }, ['timeout_ms', 'platform_timeouts']);
    expect(await both()).toEqual([
      ['TV', 1, 30_000, 2],
      ['TV', 1, 30_000, 2],
      ['WEB', 2, 400_000, 2],
    ]);
  });

  it.each([
    ['first', [0, 1, 2]],
    ['last', [2, 1, 0]],
  ])('keeps what came before the login in the visit, when it is processed %s', async (_when, order) => {
    const propertyId = await calls.property({ timeoutMs: HOUR_MS });
    const visit = [
      hit(propertyId, at('2024-05-01T10:00:00Z')),
      hit(propertyId, { userId: 'u1', ...at('2024-05-01T10:01:00Z') }),
      hit(propertyId, at('2024-05-01T10:02:00Z')),
    ];
    const sessions = await imported(
      propertyId,
      order.flatMap(place => visit.slice(place, place + 1)),
    );
    expect(sessions.map(({ hitCount, userId, sessionId }) => [hitCount, userId, sessionId])).toEqual([[3, 'u1', visit[0]?.id]]);
  });

  it('begins another session when another user logs in, and joins the clients of one', async () => {
    const propertyId = await calls.property({ scope: Scope.PROPERTY, joinByUserId: true, timeoutMs: HOUR_MS });
    const sessions = await imported(propertyId, [
      hit(propertyId, { clientId: 'phone', userId: 'u1', ...at('2024-05-01T10:00:00Z') }),
      hit(propertyId, { clientId: 'laptop', userId: 'u1', ...at('2024-05-01T10:01:00Z') }),
      hit(propertyId, { clientId: 'laptop', userId: 'u2', ...at('2024-05-01T10:02:00Z') }),
    ]);
    expect(sessions.map(({ hitCount, userId, splitCause }) => [hitCount, userId, splitCause])).toEqual([
      [2, 'u1', SplitCause.UNSPECIFIED],
      [1, 'u2', SplitCause.USER_ID_CHANGED],
    ]);
  });

  it('corrects usage by an amendment instead of adding to it', async () => {
    const rule = { key: 'hits', measure: UsageMeasure.HITS, eventType: 'session.hits' };
    const usageRules = [{ ...rule, customer: { $case: 'clientId' as const, value: true } }];
    const propertyId = await calls.property({ timeoutMs: 2_000, usageRules });
    const clientId = `visitor-${randomUUID()}`;
    const startedMs = Date.now();
    const first = hit(propertyId, { clientId, receivedTime: timestamp(startedMs) });
    await calls.publish([first]);
    const [session] = await calls.closed(propertyId, 1);
    expect(session).toMatchObject({ revision: 1, usage: [{ customer: clientId, value: '1' }] });
    await calls.publish([hit(propertyId, { clientId, receivedTime: timestamp(startedMs + 1_000) })]);
    const amended = await eventually('the late hit amends the session', async () => {
      const [found] = await calls.list(propertyId, { states: [SessionState.CLOSED] });
      return found?.revision === 2 ? found : undefined;
    });
    expect(amended).toMatchObject({ sessionId: first.id, hitCount: 2, usage: [{ eventId: `${first.id}:2:hits`, value: '2' }] });
    await eventually('the balance is that of the amended session', async () => {
      const model = new UsageModel();
      for await (const message of world.readerOf('usage').from(`${world.prefix}.usage-batch.>`, 1)) model.apply(message);
      expect(model.sums()[clientId]).toBe(2);
      return true;
    });
  });
});
