import { randomUUID } from 'node:crypto';
import type { Delivery } from '@drawdown/partitions';
import { Redis } from 'ioredis';
import { RedisSessionStore } from '../../src/adapters/redis/redis-session-store.js';
import { HitRecords } from '../../src/application/ingest/hit-record.js';
import { SourceIngest } from '../../src/application/ingest/source-ingest.js';
import type { SourceMessage } from '../../src/application/ingest/source-message.js';
import { NO_POSITION } from '../../src/application/ingest/source-positions.js';
import { StateRebuild, type RecordedEntry } from '../../src/application/state/rebuild.js';
import { clientKey, Guard, settingsOf, type Hit, type Property } from '../../src/domain/index.js';
import { header } from '../views/given.js';

const STATE = 3;
const property: Property = { namespace: 'demo', propertyId: 'shop', settingsVersion: 1, settings: settingsOf({}) };
const KEY = clientKey('demo', 'shop', 'A');

const hit = (id: string, receivedAtMs: number): Hit => {
  const request = { eventName: 'page_view', ip: '', host: '', path: '/', method: 'GET', queryParams: {}, headers: {}, metadata: {} };
  return { ...request, id, namespace: 'demo', propertyId: 'shop', clientId: 'A', receivedAtMs, requestSeq: 0, body: new Uint8Array() };
};

const message = (sequence: number, lane: string, hits: readonly Hit[]): Delivery<SourceMessage> => ({
  message: { stream: 'hits', subject: 's', sequence, timeMs: sequence, headers: new Map<string, string>(), data: new Uint8Array() },
  value: { kind: 'hits', lane, hits, rejections: [] },
});

/** Rebuilds the state partition from a log that holds these messages and these closed sessions; what is open then. */
const openAfterRebuild = async (
  messages: readonly Delivery<SourceMessage>[],
  recorded: readonly RecordedEntry[],
  lanes: readonly string[],
): Promise<readonly (readonly [string, number | undefined])[]> => {
  const redis = new Redis(process.env['DRAWDOWN_REDIS_URL'] ?? '');
  const prefix = `t${randomUUID()}`;
  const store = await RedisSessionStore.open(redis, { prefix, durability: { kind: 'none' }, numbers: { hits: 'h', leases: 'l' } });
  const records = new HitRecords(new Guard(), 1_000);
  const ignored = (): void => undefined;
  const last = messages.at(-1)?.message.sequence ?? 0;
  try {
    await new StateRebuild({
      state: STATE,
      epoch: 1,
      store,
      positions: { read: async () => NO_POSITION, write: async () => undefined },
      properties: () => [property],
      hasJoinedProperties: false,
      amendMs: 7_200_000,
      closeLagMs: 1_000,
      history: {
        recorded: async function* () {
          yield* recorded;
        },
        lastOf: async () => last,
        firstSince: async () => 1,
        timeOf: async () => undefined,
        refusedSince: async () => new Set(),
        read: async (_source, _from, _through, apply) => apply(messages),
      },
      ingestFor: (source, token, isSkipped) =>
        new SourceIngest({
          source,
          epoch: 0,
          tickMs: 1_000,
          store,
          properties: { get: () => property, current: async () => undefined, propertyStates: () => [] },
          refused: { keep: async () => undefined },
          observer: { onHit: ignored, onCall: ignored, onMerges: ignored, onRefused: ignored, onOpened: ignored },
          toRecord: (given, of) => records.of(given, of),
          stateOf: () => STATE,
          brought: new Map(),
          rebuild: { state: STATE, token, isSkipped },
        }),
      onProgress: ignored,
    }).run();
    expect((await store.positions(STATE))?.get(STATE)).toBe(last);
    return await Promise.all(lanes.map(async lane => [lane, (await store.openSession({ state: STATE, lane }, KEY))?.hits] as const));
  } finally {
    for await (const keys of redis.scanStream({ match: `${prefix}*` })) {
      const found = keys as string[];
      if (found.length > 0) await redis.unlink(...found);
    }
    redis.disconnect();
  }
};

const closed = (lane: string, hits: readonly Hit[]): RecordedEntry => ({
  kind: 'close',
  close: { lane, header: header(hits[0]?.id ?? '', { lane, sessionKey: KEY, clientKeys: [KEY] }), hits },
});

describe('a rebuild of a lost state partition (sessions §12.5)', () => {
  test('takes again what was not closed, and only that', async () => {
    const hits = [hit('h1', 1_000), hit('h2', 2_000), hit('h3', 9_000_000)];
    expect(await openAfterRebuild([message(1, 'live', hits)], [closed('live', hits.slice(0, 2))], ['live'])).toEqual([['live', 1]]);
  });

  test('leaves nothing open when everything was closed', async () => {
    const hits = [hit('h1', 1_000)];
    expect(await openAfterRebuild([message(1, 'live', hits)], [closed('live', hits)], ['live'])).toEqual([['live', undefined]]);
  });

  test('takes a hit of one lane again though the same hit was closed in another', async () => {
    const hits = [hit('h1', 1_000), hit('h2', 2_000)];
    const messages = [message(1, 'demo/first', hits), message(2, 'demo/second', hits)];
    expect(await openAfterRebuild(messages, [closed('demo/first', hits)], ['demo/first', 'demo/second'])).toEqual([
      ['demo/first', undefined],
      ['demo/second', 2],
    ]);
  });
});
