import { splitConditionsOf, splitHits, type Hit } from '../../src/domain/index.js';
import { Engine, Stores, hit } from './support/engine.js';

/** 2025-01-01T00:00:00Z in seconds. */
const T = 1_735_689_600;

const openAB = async (): Promise<Engine> => {
  const engine = new Engine({ timeoutS: 3 });
  await engine.take(hit('a1', { at: 100, client: 'A' }), hit('c1', { at: 100, client: 'C' }));
  await engine.take(hit('b1', { at: 98, client: 'B' }));
  return engine;
};

describe('the wheel (worked examples, strict outcomes)', () => {
  it('E1: a first hit writes exactly the keys of part 4, and the pointer', async () => {
    const engine = new Engine({ timeoutS: 5 });
    await engine.take(hit('h1', { at: T, client: 'A', stamp: '127.0.0.1' }));
    expect(engine.inventory()).toEqual({
      kv: { 'sessions.expiration.A': '1735689605', 'sessions.buckets.next': '1735689600' },
      sets: { 'sessions.buckets.1735689605': ['A'], 'sessions.hits.A': ['h1'] },
      stamps: { 'sessions.stamps.127.0.0.1': 'A', 'sessions.stamps.by.client.id.A': '127.0.0.1' },
    });
  });

  it('E2: closes a bucket once the watermark has left it', async () => {
    const engine = new Engine({ timeoutS: 1 });
    const at = 1_577_836_800;
    await engine.take(hit('h1', { at, client: '1337' }));
    expect(await engine.tick()).toBe(0);
    await engine.take(hit('h2', { at: at + 2, client: '1338' }));
    expect(await engine.tick()).toBe(1);
    expect(engine.closed).toEqual([]);
    expect(await engine.tick()).toBe(1);
    expect(engine.closed).toEqual([['h1']]);
    expect(await engine.next()).toBe(at + 2);
    expect(await engine.expiry('1338')).toBe(at + 3);
  });

  it('E4: an extended session stays listed in its first bucket, where it is stale', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('h1', { at: 100, client: 'A' }));
    await engine.take(hit('h2', { at: 104, client: 'A' }));
    expect(engine.inventory().sets).toMatchObject({ 'sessions.buckets.110': ['A'], 'sessions.buckets.114': ['A'] });
    expect(await engine.expiry('A')).toBe(114);
    await engine.ping(111);
    await engine.settle();
    expect(engine.inventory().sets).not.toHaveProperty('sessions.buckets.110');
    await engine.ping(114);
    await engine.settle();
    expect(engine.closed).toEqual([]);
    await engine.ping(115);
    await engine.settle();
    expect(engine.closed).toEqual([['h1', 'h2']]);
  });

  it('E5: a gap of exactly D joins, unless the bucket was processed', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('h1', { at: 100, client: 'A' }));
    await engine.ping(110);
    await engine.settle();
    expect(await engine.next()).toBe(110);
    await engine.take(hit('h2', { at: 110, client: 'A' }));
    expect(await engine.expiry('A')).toBe(120);

    const missed = new Engine({ timeoutS: 10 });
    await missed.take(hit('h1', { at: 100, client: 'A' }));
    await missed.ping(111);
    await missed.settle();
    expect(missed.closed).toEqual([['h1']]);
    await missed.take(hit('h2', { at: 111, client: 'A' }));
    expect(await missed.expiry('A')).toBe(121);
  });

  it.each([
    [T + 59, 28_928_190],
    [T, 28_928_190],
    [T + 60, 28_928_191],
  ])('E6: with ticks of a minute a hit at %d expires in %d', async (at, bucket) => {
    const engine = new Engine({ timeoutS: 1_800, tickMs: 60_000 });
    await engine.take(hit('h1', { at, client: 'A' }));
    expect(await engine.expiry('A')).toBe(bucket);
    await engine.ping((bucket + 1) * 60 - 1);
    await engine.settle();
    expect(engine.closed).toEqual([]);
    await engine.ping((bucket + 1) * 60);
    await engine.settle();
    expect(engine.closed).toEqual([['h1']]);
  });

  it('E7: fractions are added before they are cut', async () => {
    const engine = new Engine({ timeoutS: 1 });
    await engine.take(hit('h1', { at: 100.9, client: 'A' }));
    expect(await engine.expiry('A')).toBe(101);
    await engine.ping(101.999);
    await engine.settle();
    expect(engine.closed).toEqual([]);
    await engine.ping(102);
    await engine.settle();
    expect(engine.closed).toEqual([['h1']]);
  });

  it('E9: pings alone move the pointer, and nothing before them does', async () => {
    const engine = new Engine({ timeoutS: 10 });
    expect(await engine.tick()).toBe(0);
    expect(await engine.next()).toBeNull();
    await engine.ping(500);
    expect(await engine.tick()).toBe(0);
    expect(await engine.next()).toBe(500);
    await engine.ping(503);
    expect(await engine.settle()).toBe(3);
    expect(await engine.next()).toBe(503);
  });

  it('E10: a ping closes a quiet site', async () => {
    const engine = new Engine({ timeoutS: 5 });
    await engine.take(hit('h1', { at: 100, client: 'A' }));
    await engine.ping(106);
    expect(await engine.settle()).toBe(6);
    expect(engine.closer.closed).toMatchObject([{ sessionKey: 'A', bucket: 105, cause: 'inactivity' }]);
    expect(await engine.next()).toBe(106);
  });

  it.each([
    [{ 'is-ping': 'true', 'ping-timestamp': 'yesterday' }],
    [{ 'is-ping': '1', 'ping-timestamp': '2025-01-01T00:00:00Z' }],
    [{ 'is-ping': 'true' }],
    [{ 'is-ping': 'true', 'ping-timestamp': '2025-02-30T00:00:00Z' }],
    [{ 'is-ping': 'true', 'ping-timestamp': '2025-01-01' }],
  ])('E11: %j is no ping', async headers => {
    const engine = new Engine({ timeoutS: 5 });
    await engine.task({ headers, hits: [] });
    expect(await engine.trigger.watermarkMs(engine.handler.context)).toBeNull();
    await engine.task({ headers, hits: [{ hit: hit('h1', { at: 100, client: 'A' }) }] });
    expect(await engine.stored('A')).toEqual(['h1']);
  });

  it('E11: a true ping moves the watermark and takes no hits', async () => {
    const engine = new Engine({ timeoutS: 5 });
    const headers = { 'is-ping': 'true', 'ping-timestamp': '2025-01-01T01:00:00+01:00' };
    await engine.task({ headers, hits: [{ hit: hit('h1', { at: 100, client: 'A' }) }] });
    expect(await engine.trigger.watermarkMs(engine.handler.context)).toBe(T * 1_000);
    expect(await engine.stored('A')).toEqual([]);
  });

  it('E12: after a restart it catches up a bucket per turn, in order', async () => {
    const engine = (await openAB()).restarted();
    await engine.ping(160);
    expect(await engine.settle()).toBe(60);
    expect(engine.closed).toEqual([['b1'], ['a1'], ['c1']]);
    expect(engine.closer.closed.map(({ bucket }) => bucket)).toEqual([101, 103, 103]);
    expect(await engine.next()).toBe(160);
  });

  it('E12: jumping over empty buckets passes as many and closes the same', async () => {
    const engine = (await openAB()).restarted();
    await engine.ping(160);
    expect(await engine.tick(2)).toBe(2);
    expect(await engine.next()).toBe(102);
    expect(await engine.tick(Number.POSITIVE_INFINITY)).toBe(58);
    expect(engine.closed).toEqual([['b1'], ['a1'], ['c1']]);
    expect(await engine.next()).toBe(160);
  });

  it('E13: skipping the catch-up files what is due under the current bucket', async () => {
    const engine = (await openAB()).restarted();
    await engine.ping(160);
    await engine.trigger.skipCatchUp(engine.handler.context);
    expect(await engine.next()).toBe(160);
    for (const key of ['A', 'B', 'C']) expect(await engine.expiry(key)).toBe(160);
    expect(engine.inventory().sets).toMatchObject({ 'sessions.buckets.160': ['A', 'B', 'C'] });
    expect(engine.closed).toEqual([]);
    await engine.ping(161);
    await engine.settle();
    expect(engine.closed).toHaveLength(3);
  });

  it('E14: a late hit alone closes with the next bucket, as a session of its own', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('z', { at: 100, client: 'Z' }));
    await engine.ping(200);
    await engine.settle();
    await engine.take(hit('l1', { at: 120, client: 'L' }));
    expect(engine.outcomes).toEqual(['stored', 'late']);
    expect(await engine.expiry('L')).toBe(200);
    await engine.ping(201);
    await engine.settle();
    expect(engine.closer.closed.at(-1)).toMatchObject({ sessionKey: 'L', bucket: 200, isLate: true });
    await engine.take(hit('l2', { at: 310, client: 'L' }));
    await engine.ping(330);
    await engine.settle();
    expect(engine.closer.closed.at(-1)).toMatchObject({ sessionKey: 'L', bucket: 320, isLate: false });
  });

  it('E15: a hit out of order does not shorten its session (D2)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    for (const [id, at] of [
      ['a1', 100],
      ['a2', 108],
      ['a0', 103],
    ] as const)
      await engine.take(hit(id, { at, client: 'A' }));
    expect(await engine.expiry('A')).toBe(118);
    await engine.ping(118);
    await engine.settle();
    expect(engine.closed).toEqual([]);
    await engine.ping(119);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'a0', 'a2']]);
  });

  it('E16: a gap without ticks shares a proto-session and is split after it', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A' }), hit('a2', { at: 150, client: 'A' }));
    await engine.ping(161);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'a2']]);
    const conditions = splitConditionsOf({
      split: { inactivity: true, maxSinceFirstEventMs: null, maxEvents: null, userIdChange: false, campaignChange: false },
      calendarBoundary: { kind: 'none' },
    });
    const view = ({ receivedAtMs }: Hit): { receivedAtMs: number; timeoutMs: number } => ({ receivedAtMs, timeoutMs: 10_000 });
    expect(splitHits(engine.closer.closed[0]?.hits ?? [], conditions, view)).toEqual([
      { from: 0, to: 1, cause: null },
      { from: 1, to: 2, cause: 'inactivity' },
    ]);
  });

  it('E28: a first task wider than D begins at its earliest hit', async () => {
    const engine = new Engine({ timeoutS: 5 });
    await engine.take(hit('b1', { at: 120, client: 'B' }), hit('a1', { at: 100, client: 'A' }));
    expect(await engine.next()).toBe(100);
    await engine.ping(200);
    await engine.settle();
    expect(engine.closer.closed.map(({ sessionKey, bucket }) => [sessionKey, bucket])).toEqual([
      ['A', 105],
      ['B', 125],
    ]);
  });

  it('E37: a shorter D at run time leaves the expiry of what is open', async () => {
    const engine = new Engine({ timeoutS: 30 });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    engine.timeoutS = 10;
    await engine.take(hit('a2', { at: 105, client: 'A' }));
    expect(await engine.expiry('A')).toBe(130);
  });
});

describe('the pointer and the watermark', () => {
  it('never move back (D5)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(105);
    await engine.settle();
    await engine.ping(95);
    await engine.take(hit('b1', { at: 97, client: 'B' }));
    expect(await engine.settle()).toBe(0);
    expect(await engine.next()).toBe(105);
    expect(await engine.trigger.watermarkMs(engine.handler.context)).toBe(105_000);
  });

  it('outlive the process', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(115);
    const next = engine.restarted();
    expect(await next.trigger.watermarkMs(next.handler.context)).toBe(115_000);
    await next.settle();
    expect(next.closed).toEqual([['a1']]);
  });

  it('begin with the first hit, also when a ping came before it (D4)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.ping(500);
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    expect(await engine.next()).toBe(100);
  });

  it.each([
    ['pointer', 'sessions.buckets.next'],
    ['expiry', 'sessions.expiration.A'],
  ])('an unreadable %s is an error that loses no hit', async (_name, key) => {
    const stores = new Stores();
    stores.kv.set(key, Buffer.from('soon'));
    const engine = new Engine({ timeoutS: 10, stores });
    await expect(engine.take(hit('a1', { at: 100, client: 'A' }))).rejects.toMatchObject({ reason: 'HITS_FAILED' });
    expect(engine.deadLetters).toEqual([]);
    stores.kv.delete(key);
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    expect(await engine.stored('A')).toEqual(['a1']);
  });
});
