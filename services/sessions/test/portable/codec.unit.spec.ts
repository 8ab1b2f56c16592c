import fc from 'fast-check';
import { BINARY_HITS, BINARY_HIT_LISTS, HitUnreadable, PLATFORMS, type FiledHit, type Hit } from '../../src/domain/index.js';
import { hit } from './support/engine.js';

/** Also halves of pairs, and longer than what is copied in a loop. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map(units => String.fromCharCode(...units)),
  fc.string({ minLength: 49, maxLength: 300 }),
);

const name = fc.oneof(text, fc.constantFrom('__proto__', 'toString', ''));

const mapOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.array(fc.tuple(name, value), { maxLength: 3 }).map(entries => Object.fromEntries<T>(entries));

const filedHit: fc.Arbitrary<FiledHit> = fc.record({
  sessionKey: text,
  hit: fc.record(
    {
      id: text,
      namespace: text,
      propertyId: text,
      clientId: text,
      userId: text,
      eventName: text,
      sessionStamp: text,
      clientSessionId: text,
      platform: fc.constantFrom(...PLATFORMS),
      ip: text,
      host: text,
      path: text,
      method: text,
      receivedAtMs: fc.maxSafeInteger(),
      requestSeq: fc.maxSafeInteger(),
      queryParams: mapOf(fc.array(text, { maxLength: 3 })),
      headers: mapOf(fc.array(text, { maxLength: 3 })),
      metadata: mapOf(text),
      body: fc.uint8Array({ maxLength: 300 }),
    },
    {
      requiredKeys: [
        ...(['id', 'namespace', 'propertyId', 'clientId', 'eventName', 'ip', 'host', 'path', 'method'] as const),
        ...(['receivedAtMs', 'requestSeq', 'queryParams', 'headers', 'metadata', 'body'] as const),
      ],
    },
  ) satisfies fc.Arbitrary<Partial<Hit>>,
});

describe('stored hits of the portable engine', () => {
  it('come back as they were, whatever texts they hold', () => {
    fc.assert(
      fc.property(filedHit, filed => {
        expect(BINARY_HITS.decode(BINARY_HITS.encode(filed))).toEqual(filed);
      }),
    );
  });

  it('come back from lists, in order', () => {
    fc.assert(
      fc.property(fc.array(filedHit, { maxLength: 4 }), hits => {
        expect(BINARY_HIT_LISTS.decode(BINARY_HIT_LISTS.encode(hits))).toEqual(hits);
      }),
      { numRuns: 30 },
    );
  });

  it('are not read when they are cut off anywhere, or go on', () => {
    const filed = { sessionKey: 'ключ', hit: { ...hit('h1', { at: 1, client: 'A', bytes: 200, userId: 'u' }), headers: { A: ['1'] } } };
    const member = BINARY_HITS.encode(filed);
    for (let length = 0; length < member.byteLength; length += 1)
      expect(() => BINARY_HITS.decode(member.subarray(0, length))).toThrow(HitUnreadable);
    expect(() => BINARY_HITS.decode(Buffer.concat([member, Buffer.of(0)]))).toThrow(HitUnreadable);
  });

  it('never throw anything else for bytes of any kind', () => {
    fc.assert(
      fc.property(filedHit, fc.nat(), fc.integer({ min: 0, max: 255 }), (filed, place, byte) => {
        const member = Buffer.from(BINARY_HITS.encode(filed));
        member[place % member.byteLength] = byte;
        try {
          BINARY_HITS.decode(member);
        } catch (error) {
          expect(error).toBeInstanceOf(HitUnreadable);
        }
      }),
    );
  });

  it('share no memory with what was given, nor with the next one', () => {
    const first = BINARY_HITS.encode({ sessionKey: 'A', hit: hit('h1', { at: 1, client: 'A' }) });
    const before = Buffer.from(first);
    BINARY_HITS.encode({ sessionKey: 'B', hit: hit('h2', { at: 2, client: 'B' }) });
    expect(Buffer.from(first)).toEqual(before);
    const large = { sessionKey: 'A', hit: hit('h3', { at: 1, client: 'A', bytes: 100_000 }) };
    const decoded = BINARY_HITS.decode(BINARY_HITS.encode(large));
    expect(decoded.hit.body.buffer.byteLength).toBe(100_000);
  });
});
