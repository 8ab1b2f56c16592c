import fc from 'fast-check';
import type { Hit } from '../../src/domain/index.js';
import { encodeHits, encodeImportCompleted, encodePing } from '../../src/adapters/jetstream/hit-envelopes.js';
import { hitProblem } from '../../src/adapters/jetstream/hit-problem.js';
import { ARRIVED_MS, decoded, envelope, event, hitsOf, onlyHit, single, stored, SUBJECTS } from './message.js';

const plainHit = onlyHit(stored(single(), JSON.stringify(event())));
const ORIGIN = { source: '/test' };

/** A text that may stand in an id of a CloudEvent and in a token. */
const id = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter(text => !/[\p{Cc}\p{Cs}]/u.test(text));
const client = fc
  .string({ minLength: 1, maxLength: 30, unit: 'binary' })
  .filter(text => !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) <= 128);
const lists = fc.dictionary(client, fc.array(client, { maxLength: 3 }), { maxKeys: 4 });
const hit: fc.Arbitrary<Hit> = fc.record(
  {
    id: id.filter(text => Buffer.byteLength(text) <= 128),
    namespace: fc.constantFrom('acme', 'other.one'),
    propertyId: client,
    clientId: client,
    userId: client,
    eventName: client,
    sessionStamp: client,
    clientSessionId: client,
    platform: fc.constantFrom('web' as const, 'tv' as const),
    ip: client,
    host: client,
    path: client,
    method: client,
    receivedAtMs: fc.integer({ min: ARRIVED_MS - 1_000_000, max: ARRIVED_MS }),
    requestSeq: fc.nat(),
    queryParams: lists,
    headers: lists,
    body: fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes)),
    metadata: fc.dictionary(client, client, { maxKeys: 3 }),
  },
  {
    requiredKeys: [
      'id',
      'namespace',
      'propertyId',
      'clientId',
      'eventName',
      'ip',
      'host',
      'path',
      'method',
      'receivedAtMs',
      'requestSeq',
      'queryParams',
      'headers',
      'body',
      'metadata',
    ],
  },
);

describe('envelopes of hits', () => {
  it('bring every hit as it was, in its own partition', () => {
    fc.assert(
      fc.property(fc.array(hit, { maxLength: 20 }), hits => {
        const back = encodeHits(SUBJECTS, hits, ORIGIN).flatMap(({ subject, data, headers, indices }) => {
          const read = hitsOf(stored(subject, data, Object.fromEntries(headers)));
          expect(read.rejections).toEqual([]);
          expect(read.lane).toBe('live');
          return read.hits.map((one, place) => [indices[place], one] as const);
        });
        expect(new Map(back)).toEqual(new Map(hits.entries()));
        expect(back.length).toBe(hits.length);
      }),
    );
  });

  it('keep to the limits of readers and to the order', () => {
    const hits = Array.from({ length: 1_001 }, (_, n) => ({ ...plainHit, id: `h${String(n)}` }));
    expect(encodeHits(SUBJECTS, hits, ORIGIN).map(({ indices }) => indices.length)).toEqual([1_000, 1]);
    const large = Array.from({ length: 5 }, (_, n) => ({ ...plainHit, id: `h${String(n)}`, body: Buffer.alloc(127 * 1_024) }));
    expect(encodeHits(SUBJECTS, large, ORIGIN).map(({ indices }) => indices)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it('carry the largest hit there is', () => {
    const escaped = { ...plainHit, path: '\u0001'.repeat(128 * 1_024 - 300) };
    expect(hitProblem(escaped)).toBeUndefined();
    const [one] = encodeHits(SUBJECTS, [escaped], ORIGIN);
    expect(one?.data.byteLength).toBeLessThan(1_048_576 - 4_096);
    expect(onlyHit(stored(one?.subject ?? '', one?.data ?? ''))).toEqual(escaped);
  });

  it('name their lane', () => {
    const [one] = encodeHits(SUBJECTS, [{ ...plainHit, receivedAtMs: 0, requestSeq: 0 }], { ...ORIGIN, lane: 'import-1' });
    const read = hitsOf(stored(one?.subject ?? '', one?.data ?? '', Object.fromEntries(one?.headers ?? [])));
    expect([read.lane, read.hits.length]).toEqual(['acme/import-1', 1]);
  });
});

describe('signals', () => {
  it('are read as what they are', () => {
    const read = ({ subject, data, headers }: ReturnType<typeof encodePing>) => decoded(stored(subject, data, Object.fromEntries(headers)));
    expect(read(encodePing(SUBJECTS, 5, 'p1'))).toEqual({ ok: true, value: { kind: 'ping' } });
    expect(read(encodeImportCompleted(SUBJECTS, 5, { namespace: 'acme', lane: 'i', source: '/s', id: 'x' }))).toEqual({
      ok: true,
      value: { kind: 'import_completed', lane: 'acme/i' },
    });
  });
});

describe('any bytes at all', () => {
  const headers = fc.dictionary(
    fc.constantFrom('content-type', 'Drawdown-Lane', 'ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'ce-time', 'ce-namespace'),
    fc.oneof(fc.string(), fc.constantFrom('1.0', 'application/cloudevents-batch+json', 'drawdown.hits.source.hit.v1', 'live')),
  );
  const subject = fc.oneof(fc.constantFrom(single(), envelope(), envelope('shop', 'c1', '_')), fc.string());
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc.json().map(text => Buffer.from(text)),
    fc
      .dictionary(fc.constantFrom('clientId', 'propertyId', 'eventName', 'queryParams', 'body', 'requestSeq', '__proto__'), fc.jsonValue())
      .map(fields => Buffer.from(JSON.stringify(event(fields)))),
  );

  it('are answered, and always in the same way', () => {
    fc.assert(
      fc.property(subject, data, headers, (where, bytes, said) => {
        const first = decoded(stored(where, bytes, said));
        expect(decoded(stored(where, Buffer.from(bytes), { ...said }))).toEqual(first);
        if (first.ok && first.value.kind === 'hits') {
          expect(first.value.hits.filter(one => hitProblem(one) !== undefined)).toEqual([]);
          expect(first.rejections).toBe(first.value.rejections);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
