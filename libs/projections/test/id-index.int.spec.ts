import { createHash, randomUUID } from 'node:crypto';
import { IdIndex, idIndexCollection, ReadModel, SegmentCache, type Place, type SegmentDocument } from '@drawdown/projections';
import { openTestDatabase, type TestDatabase } from './database.js';

const T0_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const WINDOW_MS = 32 * DAY_MS;
const AFTER_ALL: Place = { sequence: 2 ** 48 - 1, index: 65_535 };

const keyOf = (name: string): string => createHash('sha256').update(name).digest('binary').slice(0, 16);
const at = (sequence: number, index = 0): Place => ({ sequence, index });
const stamp = (atMs = T0_MS) => ({ epoch: 1, writtenAtMs: atMs });

describe('the index of ids', () => {
  let database: TestDatabase;
  let serial = 0;

  beforeAll(async () => {
    database = await openTestDatabase('id_index');
  });
  afterAll(async () => database.close());

  interface Fixture {
    readonly model: ReadModel;
    readonly load: (cacheBytes?: number) => Promise<IdIndex>;
    readonly documents: () => Promise<SegmentDocument[]>;
  }

  const fixture = async (): Promise<Fixture> => {
    serial += 1;
    const declaration = idIndexCollection(`ids${serial}`);
    const model = await ReadModel.open(
      database.db,
      { name: `m${serial}`, collections: [declaration] },
      { incarnation: 'one', nowMs: () => T0_MS },
    );
    return {
      model,
      load: (cacheBytes = 1_048_576) =>
        IdIndex.load({
          readModel: model,
          declaration,
          partition: 5,
          cache: new SegmentCache(cacheBytes),
          windowMs: WINDOW_MS,
          newId: randomUUID,
        }),
      documents: () => model.collection(declaration).findMany({}, { sort: [], limit: 1_000 }),
    };
  };

  const flush = async (model: ReadModel, index: IdIndex): Promise<void> => {
    await model.flush(index.pendingSegments(), stamp());
    index.flushed();
  };

  /** `count` ids from a sequence on, in one flush. */
  const fill = async (model: ReadModel, index: IdIndex, from: number, count: number, timeMs = T0_MS): Promise<void> => {
    for (let i = 0; i < count; i += 1) index.add(keyOf(`id ${from + i}`), at(from + i, (from + i) % 7), timeMs);
    await flush(model, index);
  };

  const expectAll = async (index: IdIndex, from: number, to: number): Promise<void> => {
    for (let sequence = from; sequence < to; sequence += 1) {
      expect(await index.lookup(keyOf(`id ${sequence}`), AFTER_ALL)).toMatchObject({ sequence });
    }
  };

  it('finds an id at an earlier place only: never the message itself, read again', async () => {
    const { model, load } = await fixture();
    const index = await load();
    index.add(keyOf('a'), at(10, 3), T0_MS);
    for (const state of ['in memory', 'flushing', 'flushed']) {
      if (state === 'flushing') index.pendingSegments();
      if (state === 'flushed') await flush(model, index);
      expect(await index.lookup(keyOf('a'), at(10, 3))).toBeUndefined();
      expect(await index.lookup(keyOf('a'), at(9))).toBeUndefined();
      expect(await index.lookup(keyOf('a'), at(10, 4))).toEqual(at(10, 3));
      expect(await index.lookup(keyOf('a'), at(11))).toEqual(at(10, 3));
    }
  });

  it('keeps the largest sequence and index exactly', async () => {
    const { model, load } = await fixture();
    const index = await load();
    const largest = at(2 ** 48 - 2, 65_535);
    index.add(keyOf('a'), largest, T0_MS);
    await flush(model, index);
    expect(await (await load()).lookup(keyOf('a'), AFTER_ALL)).toEqual(largest);
    expect(() => index.add(keyOf('a'), at(2 ** 48), T0_MS)).toThrow(RangeError);
    expect(() => index.add(keyOf('a'), at(1, 65_536), T0_MS)).toThrow(RangeError);
    expect(() => index.add('short', at(1), T0_MS)).toThrow(RangeError);
  });

  it('gives the latest of several earlier places', async () => {
    const { model, load } = await fixture();
    const index = await load();
    for (const sequence of [1, 500, 900]) {
      index.add(keyOf('a'), at(sequence), T0_MS);
      await flush(model, index);
    }
    expect(await index.lookup(keyOf('a'), at(900))).toEqual(at(500));
    expect(await index.lookup(keyOf('a'), at(500))).toEqual(at(1));
    expect(await index.lookup(keyOf('a'), AFTER_ALL)).toEqual(at(900));
  });

  it('answers at once what it never saw, and seldom has to look', async () => {
    const { model, load } = await fixture();
    await fill(model, await load(), 1, 20_000);
    const index = await load(0);
    const asked = 20_000;
    let maybe = 0;
    for (let i = 0; i < asked; i += 1) {
      const answer = index.lookup(keyOf(`other ${i}`), AFTER_ALL);
      if (answer instanceof Promise) {
        maybe += 1;
        expect(await answer).toBeUndefined();
      } else {
        expect(answer).toBeUndefined();
      }
    }
    expect(maybe).toBeGreaterThan(0);
    expect(maybe / asked).toBeLessThan(0.015);
    expect(index.memoryBytes).toBeLessThan(20_000 * 1.3 + 65_536);
  });

  it('is loaded as it was, without what was not flushed', async () => {
    const { model, load } = await fixture();
    const index = await load();
    await fill(model, index, 1, 300);
    index.add(keyOf('lost'), at(301), T0_MS);
    const loaded = await load();
    await expectAll(loaded, 1, 301);
    expect(await loaded.lookup(keyOf('lost'), AFTER_ALL)).toBeUndefined();
  });

  it('does not grow by a crash between the flush and the watermark, however often', async () => {
    const { model, load, documents } = await fixture();
    for (let crash = 0; crash < 3; crash += 1) await fill(model, await load(), 1, 50);
    expect(await documents()).toHaveLength(1);
    const late = await load();
    await fill(model, late, 20, 60);
    expect(await late.lookup(keyOf('id 30'), at(30, 30 % 7))).toBeUndefined();
    await expectAll(late, 1, 80);
  });

  it('asked for its segments again after a failed flush, gives the same and what came since', async () => {
    const { model, load } = await fixture();
    const index = await load();
    index.add(keyOf('a'), at(1), T0_MS);
    expect(index.pendingSegments()).toHaveLength(1);
    index.add(keyOf('b'), at(2), T0_MS);
    expect(index.pendingSegments()).toHaveLength(2);
    await flush(model, index);
    expect(index.pendingSegments()).toHaveLength(0);
    const loaded = await load();
    expect(await loaded.lookup(keyOf('a'), AFTER_ALL)).toEqual(at(1));
    expect(await loaded.lookup(keyOf('b'), AFTER_ALL)).toEqual(at(2));
  });

  it('keeps ids of two streams apart that were seen at the same sequences', async () => {
    const { model, load } = await fixture();
    const index = await load();
    for (const name of ['usage', 'ledger']) {
      index.add(keyOf(name), at(111), T0_MS);
      await model.flush(index.pendingSegments(), stamp());
      index.flushed();
    }
    const reloaded = await load();
    expect(await reloaded.lookup(keyOf('usage'), AFTER_ALL)).toEqual(at(111));
    expect(await reloaded.lookup(keyOf('ledger'), AFTER_ALL)).toEqual(at(111));
  });

  it('merges small runs into larger ones and loses nothing', async () => {
    const { model, load, documents } = await fixture();
    const index = await load();
    let next = 1;
    for (let flushes = 0; flushes < 24; flushes += 1) {
      await fill(model, index, next, 700);
      next += 700;
      while ((await index.maintain(stamp())).merged > 0);
    }
    expect(index.runCount).toBeLessThanOrEqual(9);
    expect((await documents()).reduce((sum, document) => sum + document.count, 0)).toBe(next - 1);
    await expectAll(index, 1, next);
    await expectAll(await load(), 1, next);
  }, 30_000);

  it('cuts a large run into segments of bounded size that are all found again', async () => {
    const { model, load, documents } = await fixture();
    const index = await load();
    await fill(model, index, 1, 25_000);
    const stored = await documents();
    expect(stored).toHaveLength(3);
    for (const document of stored) expect(document.entries.length()).toBeLessThanOrEqual(262_144);
    const loaded = await load(0);
    for (let sequence = 1; sequence <= 25_000; sequence += 50) {
      expect(await loaded.lookup(keyOf(`id ${sequence}`), AFTER_ALL)).toMatchObject({ sequence });
    }
  }, 30_000);

  it('answers the same after a merge that stopped before or while it deleted its inputs', async () => {
    for (const deleted of [0, 1, 3]) {
      const { model, load, documents } = await fixture();
      const index = await load();
      for (let run = 0; run < 4; run += 1) await fill(model, index, 1 + run * 40, 40);
      const inputs = await documents();
      expect(await index.maintain(stamp())).toEqual({ merged: 4, dropped: 0 });
      // Bring back what the crash would have left.
      const collection = { ...idIndexCollection(`ids${serial}`) };
      await model.flush(
        inputs.slice(deleted).map(document => ({ collection, document })),
        stamp(),
      );
      const loaded = await load();
      await expectAll(loaded, 1, 161);
      while ((await loaded.maintain(stamp())).merged > 0);
      await expectAll(loaded, 1, 161);
      await expectAll(await load(), 1, 161);
    }
  });

  it('survives two owners that merge the same runs, one of them having no idea', async () => {
    const { model, load } = await fixture();
    const index = await load(0);
    for (let run = 0; run < 4; run += 1) await fill(model, index, 1 + run * 40, 40);
    const other = await load(0);
    await Promise.all([index.maintain(stamp()), other.maintain(stamp())]);
    await Promise.all([expectAll(index, 1, 161), expectAll(other, 1, 161)]);
    await expectAll(await load(), 1, 161);
  });

  it('looks again when its segments were merged away while it read', async () => {
    const { model, load } = await fixture();
    const index = await load();
    for (let run = 0; run < 4; run += 1) await fill(model, index, 1 + run * 40, 40);
    const stale = await load(0);
    await index.maintain(stamp());
    await expectAll(stale, 1, 161);
  });

  it('forgets runs whose newest entry has left the window, and no others', async () => {
    const { model, load, documents } = await fixture();
    const index = await load();
    await fill(model, index, 1, 10, T0_MS - WINDOW_MS - 1);
    await fill(model, index, 11, 10, T0_MS - WINDOW_MS);
    expect(await index.maintain(stamp())).toEqual({ merged: 0, dropped: 1 });
    expect(await index.lookup(keyOf('id 5'), AFTER_ALL)).toBeUndefined();
    await expectAll(index, 11, 21);
    expect(await documents()).toHaveLength(1);
  });

  it('keeps the cache within its bytes', async () => {
    const { model, load } = await fixture();
    const cache = new SegmentCache(24 * 100);
    const index = await IdIndex.load({
      readModel: model,
      declaration: idIndexCollection(`ids${serial}`),
      partition: 5,
      cache,
      windowMs: WINDOW_MS,
      newId: randomUUID,
    });
    for (let run = 0; run < 3; run += 1) await fill(model, index, 1 + run * 60, 60);
    expect(cache.memoryBytes).toBeLessThanOrEqual(2_400);
    await expectAll(index, 1, 181);
    expect(cache.memoryBytes).toBeLessThanOrEqual(2_400);
    await expectAll(await load(), 1, 181);
  });
});
