import fc from 'fast-check';
import { encodeSegment } from '../../src/application/compaction/segment.js';
import { rangesOf } from '../../src/application/hand-over/answer.js';
import { collectHits } from '../../src/application/hand-over/collect.js';
import { compareHits, encodeHit, type Hit } from '../../src/domain/index.js';

const hit = (id: string, receivedAtMs: number, clientId: string): Hit => ({
  id,
  namespace: 'acme',
  propertyId: 'web',
  clientId,
  eventName: 'page_view',
  ip: '',
  host: '',
  path: '/',
  method: 'GET',
  receivedAtMs,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
});

const someHits = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 0, max: 50 }), atMs: fc.nat(100), client: fc.constantFrom('A', 'B'), isCompacted: fc.boolean() }),
  { selector: ({ id, client }) => `${client}${id}`, maxLength: 30 },
);

describe('collecting a frozen proto-session (sessions §12.7)', () => {
  test('gives every hit once and in order, however much of it was compacted, and however often it lies there', async () => {
    await fc.assert(
      fc.asyncProperty(someHits, async given => {
        const made = given.map(({ id, atMs, client, isCompacted }) => ({ made: hit(`h${id}`, atMs, client), isCompacted }));
        const parts = await Promise.all(
          ['A', 'B'].map(async client => {
            const own = made.filter(one => one.made.clientId === client);
            const encoded = (isCompacted: boolean): Buffer[] =>
              own.filter(one => one.isCompacted === isCompacted).map(one => Buffer.from(encodeHit(one.made)));
            const compacted = encoded(true);
            return {
              clientKey: client,
              // A crash between a segment and the removal of its raw hits leaves both.
              raw: [...encoded(false), ...compacted.slice(0, 1)],
              segments: compacted.length === 0 ? [] : [await encodeSegment(compacted)],
            };
          }),
        );
        const collected = await collectHits({ parts });
        expect(collected.unreadable).toEqual([]);
        expect(collected.hits.map(stored => stored.hit)).toEqual(made.map(one => one.made).sort(compareHits));
      }),
    );
  });

  test('keeps what can be read and names what cannot', async () => {
    const readable = Buffer.from(encodeHit(hit('h1', 1, 'A')));
    const parts = [{ clientKey: 'A', raw: [Buffer.from('{'), readable], segments: [Buffer.from('nonsense')] }];
    const { hits, unreadable } = await collectHits({ parts });
    expect(hits.map(stored => stored.hit.id)).toEqual(['h1']);
    expect(unreadable).toHaveLength(2);
  });
});

test('ranges name exactly the places they were made of', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), places => {
      const ascending = [...places].sort((a, b) => a - b);
      const ranges = rangesOf(ascending);
      expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_unused, index) => from + index))).toEqual(ascending);
      for (let index = 1; index < ranges.length; index += 1) expect(ranges[index]?.[0]).toBeGreaterThan(ranges[index - 1]?.[1] ?? -1);
    }),
  );
});
