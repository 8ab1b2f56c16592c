import {
  bucketNumber,
  bucketsKey,
  bucketsParseNumber,
  checkedTickMs,
  compactedHitsKey,
  expirationKey,
  protoSessionHitsKey,
  sessionStampByClientIdKey,
  sessionStampKey,
  NEXT_BUCKET_KEY,
} from '../../src/domain/index.js';

describe('bucket arithmetic (sessions §7.1)', () => {
  it.each([
    [1_577_836_800_700, 0, 1_577_836_800],
    [1_577_836_800_700, 1_000, 1_577_836_800],
    [101_900, 1_000, 101],
    [1_735_689_659_000, 60_000, 28_928_160],
    [1_735_691_459_000, 60_000, 28_928_190],
    [1_735_691_460_000, 60_000, 28_928_191],
    [-1, 1_000, -1],
    [-500, 60_000, 0],
    [-61_000, 60_000, -1],
    [0, 1_000, 0],
  ])('%d ms by ticks of %d ms lies in %d', (atMs, tickMs, bucket) => {
    expect(bucketNumber(atMs, tickMs)).toBe(bucket);
  });

  it('takes no tick for one second and refuses all but whole seconds (E8, D17)', () => {
    expect(checkedTickMs(0)).toBe(1_000);
    expect(checkedTickMs(60_000)).toBe(60_000);
    for (const tickMs of [500, 1_500, -1_000, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => checkedTickMs(tickMs)).toThrow(expect.objectContaining({ reason: 'INVALID_SETTINGS' }) as Error);
    }
  });
});

describe('keys (sessions §4)', () => {
  it('are the literal ones', () => {
    expect([
      protoSessionHitsKey('A'),
      compactedHitsKey('A'),
      bucketsKey(42),
      bucketsKey(-42),
      NEXT_BUCKET_KEY,
      expirationKey('A'),
      sessionStampKey('127.0.0.1'),
      sessionStampByClientIdKey('A'),
    ]).toEqual([
      'sessions.hits.A',
      'sessions.hits.compacted.A',
      'sessions.buckets.42',
      'sessions.buckets.-42',
      'sessions.buckets.next',
      'sessions.expiration.A',
      'sessions.stamps.127.0.0.1',
      'sessions.stamps.by.client.id.A',
    ]);
  });

  it.each([
    ['sessions.buckets.42', 42],
    ['x.y.7', 7],
    ['x.y.+7', 7],
    ['sessions.buckets.-7', -7],
  ])('%s is bucket %d', (key, bucket) => {
    expect(bucketsParseNumber(key)).toBe(bucket);
  });

  it.each(['sessions.buckets.next', 'sessions.buckets', 'a.b.c.9', 'a.b.', 'a.b.1e3', 'a.b.0x1', 'a.b. 1', 'a.b.99999999999999999999'])(
    '%s is none',
    key => {
      expect(() => bucketsParseNumber(key)).toThrow(expect.objectContaining({ reason: 'NUMBER_MALFORMED' }) as Error);
    },
  );
});
