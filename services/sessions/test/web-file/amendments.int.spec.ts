import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Subjects } from '@drawdown/eventlog';
import { Redis } from 'ioredis';
import { RedisSessionStore } from '../../src/adapters/redis/redis-session-store.js';
import { Closer } from '../../src/application/hand-over/closer.js';
import { HandOver } from '../../src/application/hand-over/hand-over.js';
import { Permits } from '../../src/application/hand-over/permits.js';
import { HitRecords } from '../../src/application/ingest/hit-record.js';
import { SourceIngest } from '../../src/application/ingest/source-ingest.js';
import { Ticker } from '../../src/application/wheel/ticker.js';
import { Guard, settingsOf, type Hit, type Property, type ProtoSessionClose, type SessionHeader } from '../../src/domain/index.js';

const TIMEOUT_MS = 30_000;
const HARD_CAP_MS = 5 * 86_400_000;
const LANE = 'acme/import-1';
/** Hits that come between two looks at the wheels: few, so that many sessions have closed before their late hits come. */
const WINDOW_HITS = 100;
const SOURCES = 64;

const hits: readonly Hit[] = readFileSync(new URL('../../../../deploy/local/sample/hits-web.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line, index): Hit => {
    const [time = '', clientId = '', , method = '', path = ''] = line.split(',');
    const request = { eventName: 'request', ip: '', host: '', path, method, queryParams: {}, headers: {} };
    const id = `hits-web-${index + 2}`;
    return {
      ...request,
      id,
      namespace: 'acme',
      propertyId: 'web',
      clientId,
      receivedAtMs: Date.parse(time),
      requestSeq: 0,
      body: new Uint8Array(),
      metadata: {},
    };
  });

const property: Property = {
  namespace: 'acme',
  propertyId: 'web',
  settingsVersion: 1,
  settings: settingsOf({
    timeoutMs: TIMEOUT_MS,
    // Between two looks at the wheel a client may go on for days of event time.
    hardCaps: { ms: HARD_CAP_MS },
    split: { inactivity: true, maxSinceFirstEventMs: null, maxEvents: null, userIdChange: false, campaignChange: false },
    usageRules: [{ key: 'seconds', measure: 'duration', eventType: 'web.seconds', customer: { kind: 'fixed', key: 'site' } }],
  }),
};

/** What a reader of DRAWDOWN_SESSIONS comes to: the newest revision of each session, and the usage that was not taken back. */
class Reader {
  readonly headers = new Map<string, SessionHeader>();
  readonly usage = new Map<string, number>();
  amendments = 0;
  superseded = 0;

  read({ sessions }: ProtoSessionClose): void {
    for (const { header } of sessions) {
      expect(header.revision).toBe((this.headers.get(header.sessionId)?.revision ?? 0) + 1);
      this.headers.set(header.sessionId, header);
      if (header.kind === 'amended') this.amendments += 1;
      if (header.kind === 'superseded') this.superseded += 1;
      for (const { id } of header.cancels) expect(this.usage.delete(id)).toBe(true);
      for (const { id, value } of header.usage) this.usage.set(id, Number(value));
    }
  }

  lines(): readonly string[] {
    return [...this.headers.values()]
      .filter(({ kind }) => kind !== 'superseded')
      .map(
        ({ sessionId, clientId, startedAtMs, endedAtMs, hits: count }) => `${sessionId} ${clientId} ${startedAtMs} ${endedAtMs} ${count}`,
      )
      .sort();
  }
}

/** The same sessions, said without the service. */
const grouped = (): readonly string[] => {
  const groups: Hit[][] = [];
  const order = [...hits].sort(
    (a, b) => (a.clientId < b.clientId ? -1 : a.clientId > b.clientId ? 1 : 0) || a.receivedAtMs - b.receivedAtMs || (a.id < b.id ? -1 : 1),
  );
  for (const hit of order) {
    const last = groups.at(-1)?.at(-1);
    if (last?.clientId === hit.clientId && hit.receivedAtMs - last.receivedAtMs <= TIMEOUT_MS) groups.at(-1)?.push(hit);
    else groups.push([hit]);
  }
  return groups
    .map(group => `${group[0]?.id} ${group[0]?.clientId} ${group[0]?.receivedAtMs} ${group.at(-1)?.receivedAtMs} ${group.length}`)
    .sort();
};

test('the real file as it is, with every wheel turned after each hundred hits: late hits amend, and the sessions are those of the whole', async () => {
  const redis = new Redis(process.env['DRAWDOWN_REDIS_URL'] ?? '');
  const prefix = `t${randomUUID()}`;
  const store = await RedisSessionStore.open(redis, { prefix, durability: { kind: 'none' } });
  const subjects = new Subjects('t');
  const reader = new Reader();
  const records = new HitRecords(new Guard(), 1_000);
  const handOver = new HandOver({
    store,
    log: { publishClose: async (_address, close) => reader.read(close) },
    parking: {
      park: async (_wheel, _frozen, _attempts, error) => Promise.reject(error instanceof Error ? error : new Error(String(error))),
    },
    propertyOf: async () => property,
    amendMs: 7_200_000,
    tickSeconds: 1,
    observer: {
      onClosed: () => undefined,
      onNoCustomer: () => undefined,
      onParked: () => undefined,
      onRetry: (_closeId, _attempts, error) => {
        throw error;
      },
    },
  });
  const sources = Array.from({ length: SOURCES }, (_unused, source) => {
    const ingest = new SourceIngest({
      source,
      epoch: 1,
      tickMs: 1_000,
      store,
      properties: { get: () => property, current: async () => undefined, propertyStates: () => [] },
      refused: { keep: async refused => expect(refused).toEqual([]) },
      observer: {
        onHit: () => undefined,
        onCall: () => undefined,
        onMerges: () => undefined,
        onRefused: () => undefined,
        onOpened: () => undefined,
      },
      toRecord: (hit, of) => records.of(hit, of),
      stateOf: () => source,
      brought: new Map(),
    });
    const wheels = { state: source, epoch: 1, store, tickSeconds: 1, closeLagTicks: 1 };
    const ticker = new Ticker({ ...wheels, keepsUp: async () => true, onCall: () => undefined, onBegun: () => undefined });
    const closer = new Closer({ state: source, store, handOver, permits: new Permits(8) });
    return { ingest, ticker, closer };
  });
  let sequence = 0;
  const message = (source: number) => {
    sequence += 1;
    return {
      stream: 'hits' as const,
      subject: subjects.hitsBatch(source, 'acme'),
      sequence,
      timeMs: 0,
      headers: new Map<string, string>(),
      data: new Uint8Array(),
    };
  };
  // Partitions share nothing: at once they wait for the server's disk together.
  const turn = () =>
    Promise.all(
      sources.map(async ({ ticker, closer }) => {
        while (await ticker.turn());
        while (await closer.turn());
      }),
    );
  try {
    for (let from = 0; from < hits.length; from += WINDOW_HITS) {
      const bySource = new Map<number, Hit[]>();
      for (const hit of hits.slice(from, from + WINDOW_HITS)) {
        const source = subjects.hitPartition(hit.namespace, hit.propertyId, hit.clientId);
        bySource.set(source, [...(bySource.get(source) ?? []), hit]);
      }
      await Promise.all(
        [...bySource].map(async ([source, own]) =>
          sources[source]?.ingest.apply([{ message: message(source), value: { kind: 'hits', lane: LANE, hits: own, rejections: [] } }]),
        ),
      );
      await turn();
    }
    for (const [source, { ingest }] of sources.entries()) {
      await ingest.apply([{ message: message(source), value: { kind: 'import_completed', lane: LANE } }]);
    }
    await turn();
  } finally {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      const found = keys as string[];
      if (found.length > 0) await redis.unlink(...found);
    }
    redis.disconnect();
  }
  expect(reader.lines()).toEqual(grouped());
  expect(reader.lines()).toHaveLength(3_258);
  expect(reader.amendments).toBeGreaterThan(0);
  expect(reader.superseded).toBeGreaterThan(0);
  const seconds = [...reader.headers.values()]
    .filter(({ kind }) => kind !== 'superseded')
    .reduce((sum, { startedAtMs, endedAtMs }) => sum + Math.floor((endedAtMs - startedAtMs) / 1_000), 0);
  expect([...reader.usage.values()].reduce((sum, value) => sum + value, 0)).toBe(seconds);
});
