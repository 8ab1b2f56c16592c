import { createServer, type AddressInfo } from 'node:net';
import { startTelemetry, type Telemetry } from '@drawdown/telemetry';
import { ingestObserver, probeObserver, watchProbes, watchStore } from '../../src/adapters/telemetry.js';
import { HitRecords } from '../../src/application/ingest/hit-record.js';
import type { RefusedHit } from '../../src/application/ingest/ports.js';
import { SourceIngest, type SourceIngestOptions } from '../../src/application/ingest/source-ingest.js';
import type { SourceMessage } from '../../src/application/ingest/source-message.js';
import { Vitals, type VitalsOptions } from '../../src/application/operations/vitals.js';
import type { HitOutcome, IngestCall, IngestReply, WheelStatus } from '../../src/application/store/session-store.js';
import { Guard, type Property } from '../../src/domain/index.js';
import { hitOf } from '../domain/support/hits.js';
import { settingsOf } from '../domain/support/settings.js';

const SOURCE = 5;
const NOW_MS = 1_735_689_600_000;
const PROPERTY: Property = { namespace: 'demo', propertyId: 'shop', settings: settingsOf({ scope: 'client' }), settingsVersion: 1 };

let telemetry: Telemetry;
let port: number;

beforeAll(async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => probe.once('listening', resolve));
  ({ port } = probe.address() as AddressInfo);
  await new Promise(resolve => probe.close(resolve));
  telemetry = await startTelemetry({ serviceName: 'test', metricsPort: port, metricsHost: '127.0.0.1' });
});
afterAll(() => telemetry.stop());

/** The samples of a metric: labels beside value, without the scope that every line repeats. */
const samplesOf = async (name: string): Promise<readonly string[]> => {
  const page = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
  return page
    .split('\n')
    .filter(line => new RegExp(`^${name}[{ ]`).test(line))
    .map(line =>
      line
        .replace(/,?otel_scope_[a-z]+="[^"]*"/g, '')
        .replace(`${name}{`, '{')
        .replace('{,', '{'),
    )
    .sort();
};

/** Answers each hit by its id; a store that is away once fails the first call. */
const storeOf = (outcomes: Readonly<Record<string, HitOutcome>>, failures = 0): SourceIngestOptions['store'] => {
  let left = failures;
  return {
    ingest: ({ hits }: IngestCall): Promise<IngestReply> => {
      if (left-- > 0) return Promise.reject(new Error('the store is away'));
      const results = hits.map(({ id }) => ({ outcome: outcomes[id] ?? 'stored', sessionKey: 'k', capped: id === 'last' }));
      return Promise.resolve({ kind: 'applied', results, merges: 1, opened: 2 });
    },
  };
};

const ingestWith = (given: Partial<SourceIngestOptions>): SourceIngest => {
  const records = new HitRecords(new Guard(), 1_000);
  return new SourceIngest({
    source: SOURCE,
    epoch: 1,
    tickMs: 1_000,
    store: storeOf({}),
    properties: {
      get: (namespace, propertyId) => (namespace === PROPERTY.namespace && propertyId === PROPERTY.propertyId ? PROPERTY : undefined),
      current: () => Promise.resolve(),
      propertyStates: () => [],
    },
    refused: { keep: (_refused: readonly RefusedHit[]) => Promise.resolve() },
    observer: ingestObserver(),
    toRecord: (taken, property) => records.of(taken, property),
    stateOf: () => SOURCE,
    brought: new Map(),
    ...given,
  });
};

const ofShop = { namespace: 'demo', propertyId: 'shop' };
const message = {
  stream: 'hits' as const,
  subject: 's',
  sequence: 1,
  timeMs: NOW_MS,
  headers: new Map<string, string>(),
  data: new Uint8Array(),
};
const batch = [
  {
    message,
    value: {
      kind: 'hits',
      lane: 'live',
      hits: [
        ...['one', 'two', 'again', 'much', 'last'].map(id => hitOf({ ...ofShop, id, receivedAtMs: NOW_MS })),
        hitOf({ namespace: 'demo', propertyId: 'nowhere', id: 'lost', receivedAtMs: NOW_MS }),
      ],
      rejections: [
        { reason: 'HIT_TOO_LARGE', ...ofShop },
        { reason: 'HIT_TOO_LARGE', namespace: 'demo', propertyId: 'made up' },
        { reason: 'PROPERTY_ID_MISSING' },
      ],
    } satisfies SourceMessage,
  },
];

test('every hit and every refusal is counted once, by property where there is one, however often the batch is tried', async () => {
  const ingest = ingestWith({ store: storeOf({ again: 'duplicate', much: 'refused', last: 'late' }, 1) });
  await expect(ingest.apply(batch)).rejects.toThrow('the store is away');
  await ingest.apply(batch);
  const owner = 'drawdown_namespace="demo",drawdown_property="shop"';
  expect(await samplesOf('drawdown_hits_total')).toEqual([
    `{drawdown_outcome="capped",${owner}} 1`,
    `{drawdown_outcome="duplicate",${owner}} 1`,
    `{drawdown_outcome="late",${owner}} 1`,
    `{drawdown_outcome="stored",${owner}} 2`,
  ]);
  expect(await samplesOf('drawdown_hits_refused_total')).toEqual([
    `{drawdown_reason="HIT_TOO_LARGE",${owner}} 1`,
    '{drawdown_reason="HIT_TOO_LARGE"} 1',
    '{drawdown_reason="PROPERTY_ID_MISSING"} 1',
    `{drawdown_reason="QUOTA_EXCEEDED",${owner}} 1`,
    '{drawdown_reason="UNKNOWN_PROPERTY"} 1',
  ]);
  expect(await samplesOf('drawdown_sessions_opened_total')).toEqual(['{} 2']);
});

test('what a rebuild takes again is not counted again', async () => {
  const before = [await samplesOf('drawdown_hits_total'), await samplesOf('drawdown_hits_refused_total')];
  await ingestWith({ rebuild: { state: SOURCE, token: 't', isSkipped: () => false } }).apply(batch);
  expect([await samplesOf('drawdown_hits_total'), await samplesOf('drawdown_hits_refused_total')]).toEqual(before);
});

const statusOf = (changes: Partial<WheelStatus>): WheelStatus => ({
  scope: 'client',
  nextBucket: null,
  watermarksMs: new Map(),
  oldestOpenMs: null,
  buckets: 0,
  ...changes,
});

/** Partition 5 has a live wheel of its own, one of joined clients that not every source feeds yet, and an import of ten years ago. */
const store: VitalsOptions['store'] = {
  lanes: state => Promise.resolve(state === 5 ? ['live', 'import-1'] : []),
  openLoad: ({ lane }) => Promise.resolve(lane === 'live' ? { sessions: 3, bytes: 1_200 } : { sessions: 4, bytes: 800 }),
  queueStatus: ({ lane }) => Promise.resolve({ length: lane === 'live' ? 2 : 5, overdueMs: 0, firstCloseId: null }),
  wheelStatus: ({ lane }, scope) => {
    if (lane !== 'live') return Promise.resolve(statusOf({ scope, nextBucket: 1, buckets: 9, watermarksMs: new Map([[5, 0]]) }));
    const nextBucket = NOW_MS / 1_000 - 12;
    const watermarksMs = new Map([[5, NOW_MS - 700]]);
    return Promise.resolve(statusOf({ scope, nextBucket, buckets: 2, watermarksMs }));
  },
};

test('gauges show the last look: each owned partition over its lanes, lateness of live wheels only', async () => {
  const vitals = new Vitals({ store, owned: () => [5, 6], tickSeconds: 1, closeLagTicks: 1, nowMs: () => NOW_MS });
  watchStore(vitals, { share: 0.25 });
  expect(await samplesOf('drawdown_sessions_open')).toEqual([]);
  await vitals.look();
  expect(await samplesOf('drawdown_sessions_open')).toEqual(['{drawdown_partition="5"} 7', '{drawdown_partition="6"} 0']);
  expect(await samplesOf('drawdown_sessions_open_size')).toEqual(['{drawdown_partition="5"} 2000', '{drawdown_partition="6"} 0']);
  expect(await samplesOf('drawdown_sessions_close_queue')).toEqual(['{drawdown_partition="5"} 7', '{drawdown_partition="6"} 0']);
  // The bucket of the pointer ends a second after it began and waits for the lag of another: due for 10 s.
  expect(await samplesOf('drawdown_sessions_close_lag')).toEqual([
    '{drawdown_partition="5",drawdown_scope="client"} 10',
    '{drawdown_partition="5",drawdown_scope="property"} 0',
  ]);
  expect(await samplesOf('drawdown_sessions_watermark_age')).toEqual(['{drawdown_partition="5",drawdown_scope="client"} 0.7']);
  expect(await samplesOf('drawdown_sessions_store_memory_share')).toEqual(['{} 0.25']);
});

test('probes are told of by partition: the last delay once there is one, and how long one has been waiting', async () => {
  const last = { sentAtMs: NOW_MS - 30_000, closedMs: 2_100, readableMs: 2_500 };
  watchProbes(
    () => [
      [5, { lost: 0, last }],
      [6, { lost: 1, waitingSinceMs: NOW_MS - 90_000 }],
    ],
    () => NOW_MS,
  );
  expect(await samplesOf('drawdown_sessions_probe_readable')).toEqual(['{drawdown_partition="5"} 2.5']);
  expect(await samplesOf('drawdown_sessions_probe_waiting')).toEqual(['{drawdown_partition="5"} 0', '{drawdown_partition="6"} 90']);
  const observer = probeObserver();
  observer.onThrough(last);
  observer.onLost();
  expect(await samplesOf('drawdown_sessions_probe_delay_sum')).toEqual([
    '{drawdown_stage="closed"} 2.1',
    '{drawdown_stage="readable"} 2.5',
  ]);
  expect(await samplesOf('drawdown_sessions_probe_lost_total')).toEqual(['{} 1']);
});
