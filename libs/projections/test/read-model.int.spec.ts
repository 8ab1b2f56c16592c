import fc from 'fast-check';
import {
  followReadModel,
  PAGE_DOCUMENTS_MAX,
  projectionWrite,
  ReadModel,
  type CollectionDeclaration,
  type ProjectionWrite,
  type ReadModelChange,
} from '@drawdown/projections';
import { openTestDatabase, type TestDatabase } from './database.js';

interface Balance {
  readonly _id: string;
  readonly customer: string;
  readonly balance: string;
  readonly usageSequence: number;
  readonly entitlementSequence: number;
}

interface Minute {
  readonly _id: string;
  readonly sum: string;
  readonly usageSequence: number;
}

const BALANCES: CollectionDeclaration<Balance> = {
  name: 'balances',
  sequences: ['usageSequence', 'entitlementSequence'],
  indexes: [{ key: { customer: 1, balance: -1 } }],
};
const MINUTES: CollectionDeclaration<Minute> = { name: 'minutes', sequences: ['usageSequence'], indexes: [] };
const STAMP = { epoch: 1, writtenAtMs: 1_700_000_000_000 };

/** State after both positions: a function of them alone, as a fold is. */
const balanceAt = (id: string, usage: number, entitlements: number): Balance => ({
  _id: id,
  customer: id,
  balance: String(1_000 * entitlements - usage),
  usageSequence: usage,
  entitlementSequence: entitlements,
});
const minuteAt = (id: string, usage: number): Minute => ({ _id: id, sum: String(usage * 3), usageSequence: usage });

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5));
};

describe('a read model', () => {
  let database: TestDatabase;
  let nowMs = 1_700_000_000_000;
  let serial = 0;

  beforeAll(async () => {
    database = await openTestDatabase('read_model');
  });
  afterAll(async () => database.close());

  const declare = (): { name: string; collections: readonly [typeof BALANCES, typeof MINUTES] } => {
    serial += 1;
    return {
      name: `model${serial}`,
      collections: [
        { ...BALANCES, name: `balances${serial}` },
        { ...MINUTES, name: `minutes${serial}` },
      ],
    };
  };
  const options = (incarnation = 'one') => ({ incarnation, nowMs: () => nowMs });
  const open = async (incarnation?: string) => {
    const declaration = declare();
    const model = await ReadModel.open(database.db, declaration, options(incarnation));
    const [balances, minutes] = declaration.collections;
    return { declaration, model, balances, minutes };
  };

  describe('flush', () => {
    it('stores, replaces by newer state and stamps what it writes', async () => {
      const { model, balances } = await open();
      await model.flush([projectionWrite(balances, balanceAt('a', 1, 1))], STAMP);
      const result = await model.flush([projectionWrite(balances, balanceAt('a', 2, 1))], { epoch: 9, writtenAtMs: 5 });
      expect(result).toEqual({ written: 1, refused: [] });
      expect(await model.collection(balances).find('a')).toEqual({ ...balanceAt('a', 2, 1), epoch: 9, writtenAt: new Date(5) });
    });

    it('takes the same state again, also under an older epoch: the stamp is not compared', async () => {
      const { model, balances } = await open();
      await model.flush([projectionWrite(balances, balanceAt('a', 1, 1))], { epoch: 9, writtenAtMs: 9 });
      expect((await model.flush([projectionWrite(balances, balanceAt('a', 1, 1))], STAMP)).written).toBe(1);
    });

    it('tells a state that is superseded from one that is newer in one stream only, and stores the rest', async () => {
      const { model, balances } = await open();
      await model.flush([projectionWrite(balances, balanceAt('a', 10, 5)), projectionWrite(balances, balanceAt('b', 10, 5))], STAMP);
      const older = projectionWrite(balances, balanceAt('a', 9, 5));
      const mixed = projectionWrite(balances, balanceAt('b', 8, 7));
      const result = await model.flush([older, projectionWrite(balances, balanceAt('c', 1, 1)), mixed], STAMP);
      expect(result.written).toBe(1);
      expect(new Map(result.refused.map(({ write, because }) => [write, because]))).toEqual(
        new Map([
          [older, 'SUPERSEDED'],
          [mixed, 'DIVERGED'],
        ]),
      );
      expect(await model.collection(balances).find('a')).toMatchObject(balanceAt('a', 10, 5));
      expect(await model.collection(balances).find('b')).toMatchObject(balanceAt('b', 10, 5));
    });

    it('never leaves the older of two states when two owners insert the same ids at once', async () => {
      const { model, minutes } = await open();
      const ids = Array.from({ length: 200 }, (_, i) => `m${i}`);
      const at = (usage: number): ProjectionWrite[] => ids.map(id => projectionWrite(minutes, minuteAt(id, usage)));
      await Promise.all([3, 1, 2].map(usage => model.flush(at(usage), STAMP)));
      for (const document of await model.collection(minutes).findByIds(ids)) expect(document.usageSequence).toBe(3);
      expect(await model.collection(minutes).findByIds(ids)).toHaveLength(200);
    });

    it('ends in the newest state whatever two writers repeat, reorder or lose half of', async () => {
      const { model, balances, minutes } = await open();
      let run = 0;
      const steps = fc.array(
        fc.record({
          id: fc.constantFrom('x', 'y', 'z'),
          at: fc.integer({ min: 0, max: 6 }),
          only: fc.constantFrom('both', 'balances', 'minutes'),
        }),
        { minLength: 1, maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(steps, steps, async (one, two) => {
          run += 1;
          const prefix = `${run}/`;
          const writesOf = (step: { id: string; at: number; only: string }): ProjectionWrite[] => [
            ...(step.only === 'minutes' ? [] : [projectionWrite(balances, balanceAt(prefix + step.id, step.at, Math.floor(step.at / 2)))]),
            ...(step.only === 'balances' ? [] : [projectionWrite(minutes, minuteAt(prefix + step.id, step.at))]),
          ];
          const writer = async (mine: typeof one): Promise<void> => {
            for (const step of mine) await model.flush(writesOf(step), STAMP);
          };
          await Promise.all([writer(one), writer(two)]);
          for (const id of ['x', 'y', 'z']) {
            const newest = (skip: string): number =>
              Math.max(-1, ...[...one, ...two].filter(step => step.id === id && step.only !== skip).map(step => step.at));
            const balance = await model.collection(balances).find(prefix + id);
            const minute = await model.collection(minutes).find(prefix + id);
            expect(balance?.usageSequence ?? -1).toBe(newest('minutes'));
            expect(minute?.usageSequence ?? -1).toBe(newest('balances'));
          }
        }),
        { numRuns: 40 },
      );
    }, 30_000);

    it('gives the same documents after a crash between any two writes and a replay from the watermark', async () => {
      const { model, balances, minutes } = await open();
      const fold = (prefix: string, to: number): ProjectionWrite[] => [
        projectionWrite(balances, balanceAt(`${prefix}a`, to, 1)),
        projectionWrite(minutes, minuteAt(`${prefix}m`, to)),
      ];
      const read = async (prefix: string) => [
        { ...(await model.collection(balances).find(`${prefix}a`)), _id: '', customer: '', writtenAt: 0 },
        { ...(await model.collection(minutes).find(`${prefix}m`)), _id: '', writtenAt: 0 },
      ];
      await model.flush(fold('calm', 7), STAMP);
      for (let crash = 0; crash <= 2; crash += 1) {
        const prefix = `crash${crash}`;
        await model.flush(fold(prefix, 4).slice(0, crash), STAMP);
        for (const to of [2, 4, 5, 7]) await model.flush(fold(prefix, to), STAMP);
        expect(await read(prefix)).toEqual(await read('calm'));
      }
    });
  });

  describe('watermarks', () => {
    it('move forward only, in every stream', async () => {
      const { model, declaration } = await open();
      expect(await model.watermarks.read(7)).toBeUndefined();
      expect(await model.watermarks.write(7, { sequences: { usage: 5, entitlements: 3 } }, STAMP)).toBe('written');
      expect(await model.watermarks.write(7, { sequences: { usage: 6, entitlements: 2 } }, STAMP)).toBe('refused');
      expect(await model.watermarks.write(7, { sequences: { usage: 6, entitlements: 3 } }, STAMP)).toBe('written');
      const another = await ReadModel.open(database.db, declaration, options());
      expect(await another.watermarks.write(7, { sequences: { usage: 1, entitlements: 1 } }, STAMP)).toBe('refused');
      expect(await another.watermarks.readAll()).toEqual(new Map([[7, { sequences: { usage: 6, entitlements: 3 } }]]));
    });

    it('take a stream that was not read before', async () => {
      const { model } = await open();
      await model.watermarks.write(0, { sequences: { usage: 5 } }, STAMP);
      expect(await model.watermarks.write(0, { sequences: { usage: 5, entitlements: 1 } }, STAMP)).toBe('written');
    });

    it('are not invented anew when somebody emptied the database', async () => {
      const { model } = await open();
      await model.watermarks.write(3, { sequences: { usage: 5 } }, STAMP);
      await database.db.dropDatabase();
      await expect(model.watermarks.write(3, { sequences: { usage: 6 } }, STAMP)).rejects.toMatchObject({ reason: 'PROJECTION_MISSING' });
    });
  });

  describe('generations', () => {
    it('are the same for replicas that start at once', async () => {
      const declaration = declare();
      const models = await Promise.all(Array.from({ length: 4 }, () => ReadModel.open(database.db, declaration, options())));
      expect(new Set(models.map(model => model.generation)).size).toBe(1);
    });

    it('begin anew for another incarnation and for an emptied database, never under an old name', async () => {
      const { model, declaration, balances } = await open('one');
      await model.flush([projectionWrite(balances, balanceAt('a', 9, 9))], STAMP);
      const restored = await ReadModel.open(database.db, declaration, options('two'));
      expect(await restored.collection(balances).find('a')).toBeUndefined();
      await database.db.dropDatabase();
      const emptied = await ReadModel.open(database.db, declaration, options('two'));
      expect(new Set([model.generation, restored.generation, emptied.generation]).size).toBe(3);
      // A process that has not noticed goes on writing, where nobody reads it.
      await model.flush([projectionWrite(balances, balanceAt('a', 10, 9))], STAMP);
      expect(await emptied.collection(balances).find('a')).toBeUndefined();
    });

    it('flip for all readers at once, after all owners joined the same next one', async () => {
      const { model, declaration, balances } = await open();
      const other = await ReadModel.open(database.db, declaration, options());
      const [next, joined] = await Promise.all([model.nextGeneration(), other.nextGeneration()]);
      expect(joined.generation).toBe(next.generation);
      await next.flush([projectionWrite(balances, balanceAt('a', 4, 4))], STAMP);
      expect((await ReadModel.open(database.db, declaration, options())).generation).toBe(model.generation);
      await model.flipTo(next);
      await other.flipTo(joined);
      const reader = await ReadModel.open(database.db, declaration, options());
      expect(await reader.collection(balances).find('a')).toMatchObject(balanceAt('a', 4, 4));
      await expect(model.nextGeneration()).rejects.toMatchObject({ reason: 'GENERATION_SUPERSEDED' });
    });

    it('cannot be flipped to after they were given up', async () => {
      const { model } = await open();
      const next = await model.nextGeneration();
      await model.abandon(next);
      await expect(model.flipTo(next)).rejects.toMatchObject({ reason: 'GENERATION_SUPERSEDED' });
      expect((await model.nextGeneration()).generation).not.toBe(next.generation);
    });

    it('are deleted after the grace, once, by whoever comes first', async () => {
      const { model, balances } = await open();
      await model.flush([projectionWrite(balances, balanceAt('a', 1, 1))], STAMP);
      const next = await model.nextGeneration();
      await model.flipTo(next);
      expect(await next.dropRetired(60_000)).toEqual([]);
      nowMs += 60_000;
      await Promise.all([next.dropRetired(60_000), next.dropRetired(60_000)]);
      const names = (await database.db.listCollections({}, { nameOnly: true }).toArray()).map(entry => entry.name);
      expect(names.filter(name => name.includes(model.generation))).toEqual([]);
      expect(names.filter(name => name.includes(next.generation))).toHaveLength(3);
      expect(await next.dropRetired(0)).toEqual([]);
    });

    it('are followed: building, flip and disappearance are told once each, in order', async () => {
      const { model, declaration } = await open();
      const changes: ReadModelChange[] = [];
      const following = followReadModel(model, {
        everyMs: 10,
        onChange: change => changes.push(change),
        onFault: error => {
          throw error;
        },
      });
      const next = await model.nextGeneration();
      await until(() => changes.length === 1);
      await model.flipTo(next);
      await until(() => changes.length === 2);
      await database.db.dropCollection(`${declaration.collections[0].name}_${next.generation}`);
      await until(() => changes.length === 3);
      following.stop();
      expect(changes.map(change => change.kind)).toEqual(['building', 'flipped', 'missing']);
      expect(changes[1]).toMatchObject({ current: { generation: next.generation } });
    });
  });

  describe('queries', () => {
    it('give every document once, page by page, in a total order', async () => {
      const { model, balances } = await open();
      const all = Array.from({ length: 25 }, (_, i) => ({ ...balanceAt(`c${String(i).padStart(2, '0')}`, 1, 1), balance: String(i % 4) }));
      await model.flush(
        all.map(document => projectionWrite(balances, document)),
        STAMP,
      );
      const seen: Balance[] = [];
      for (let page: Balance[] = []; ;) {
        const after = page.at(-1);
        page = await model
          .collection(balances)
          .findMany({}, { sort: [{ field: 'balance', direction: -1 }], limit: 7, ...(after === undefined ? {} : { after }) });
        seen.push(...page);
        if (page.length < 7) break;
      }
      const expected = [...all].sort((a, b) => b.balance.localeCompare(a.balance) || a._id.localeCompare(b._id));
      expect(seen.map(document => document._id)).toEqual(expected.map(document => document._id));
    });

    it('scan all that match and leave out what is not wanted', async () => {
      const { model, minutes } = await open();
      const ids = Array.from({ length: 1_200 }, (_, i) => `m${String(i).padStart(4, '0')}`);
      await model.flush(
        ids.map((id, i) => projectionWrite(minutes, minuteAt(id, i + 1))),
        STAMP,
      );
      const scanned: string[] = [];
      for await (const document of model.collection(minutes).scan({ usageSequence: { $gt: 100 } }, ['sum'])) {
        expect(document).not.toHaveProperty('sum');
        scanned.push(document._id);
      }
      expect(scanned).toEqual(ids.slice(100));
    });

    it('refuse pages out of bounds', async () => {
      const { model, minutes } = await open();
      await expect(model.collection(minutes).findMany({}, { sort: [], limit: PAGE_DOCUMENTS_MAX + 1 })).rejects.toThrow('not within');
    });
  });
});
