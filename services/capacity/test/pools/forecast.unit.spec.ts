import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import {
  evolvePool,
  executePool,
  explainPool,
  forecast,
  usageByTag,
  withUsageOf,
  type PlannedChange,
  type Pool,
  type Usage,
} from '../../src/domain/index.js';
import { add, after, bought, check, QUIETLY, release, T, then } from './given.js';

const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    if (isRefusal(error)) return error.reason;
    throw error;
  }
};

const rates = (at: number, cu: number, su = 0): PlannedChange => ({ type: 'rates', at, delta: [cu, su, 0] });
const planned = (at: number, cu: number): PlannedChange => ({ type: 'credit', at, amounts: [cu * 1_000, 0, 0] });

describe('a forecast (§15.1)', () => {
  const pool = after(...QUIETLY, bought(T, 10_000), add(T, 1, 1_000));
  const plan = [rates(T + 4_000, -1_000), rates(T + 2_000, 2_000)];

  it('walks from change to change', () => {
    expect(forecast(pool, plan, T + 10_000, T)).toEqual({
      emptyAt: T + 5_000,
      dimension: 'cu',
      curve: [
        { at: T, balance: [10_000_000, 0, 0], rates: [1_000, 0, 0] },
        { at: T + 2_000, balance: [8_000_000, 0, 0], rates: [3_000, 0, 0] },
        { at: T + 4_000, balance: [2_000_000, 0, 0], rates: [2_000, 0, 0] },
      ],
      creditNeeded: [10_000_000, 0, 0],
    });
    expect(forecast(pool, [...plan, planned(T + 3_000, 5_000)], T + 10_000, T)).toMatchObject({
      emptyAt: T + 7_500,
      creditNeeded: [5_000_000, 0, 0],
    });
  });

  it('sees as far as it is asked to, or until the pool is empty', () => {
    expect(forecast(pool, plan, undefined, T)).toMatchObject({ emptyAt: T + 5_000, creditNeeded: [0, 0, 0] });
    expect(forecast(pool, plan, T + 3_000, T).emptyAt).toBeUndefined();
    expect(forecast(pool, [{ type: 'pause', at: T + 10 }], T + 20, T).emptyAt).toBeUndefined();
    expect(
      forecast(
        pool,
        [
          { type: 'pause', at: T + 400 },
          { type: 'resume', at: T + 1_000 },
        ],
        T + 5_000,
        T,
      ),
    ).toMatchObject({ emptyAt: undefined, creditNeeded: [0, 0, 0] });
  });

  it('lets a credit come in the very second, but not one later', () => {
    expect(forecast(pool, [planned(T + 10_000, 10)], T + 10_010, T)).toMatchObject({ emptyAt: undefined, creditNeeded: [0, 0, 0] });
    expect(forecast(pool, [planned(T + 10_001, 10)], T + 10_010, T)).toMatchObject({ emptyAt: T + 10_000, creditNeeded: [1_000, 0, 0] });
  });

  it('names what is missing in whole units, and the dimension that is', () => {
    const two = after(...QUIETLY, bought(T, 100, 10), add(T, 1, 1, 7));
    expect(forecast(two, [], T + 2_000, T)).toMatchObject({ emptyAt: T + 1_428, dimension: 'su', creditNeeded: [0, 4_000, 0] });
  });

  it.each([
    ['more is released than runs', rates(T + 5, -1_001)],
    ['half a milliunit', rates(T + 5, 0.5)],
    ['a negative credit', planned(T + 5, -1)],
    ['what is past', planned(T - 5, 1)],
  ])('refuses a plan in which %s', (_what, item) => {
    expect(codeOf(() => forecast(pool, [item], T + 9, T))).toBe('INVALID_AMOUNT');
  });

  it('is what happens if everything goes as planned', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.record({ wait: fc.integer({ min: 0, max: 90 }), kind: fc.nat(3), cu: fc.integer({ min: 1, max: 40 }) }), {
          maxLength: 8,
        }),
        (units, list) => {
          let at = T;
          let live = after(...QUIETLY, bought(T, units));
          const items = list.map(({ wait, kind, cu }, index): PlannedChange => {
            at += wait;
            if (kind === 0) live = then(live, bought(at, cu));
            if (kind === 0) return planned(at, cu);
            if (kind === 1) live = then(live, add(at, index + 1, cu * 1_000));
            if (kind === 1) return rates(at, cu * 1_000);
            const type = kind === 2 ? 'pause' : 'resume';
            live = then(live, { type, cause: 'plan', at });
            return { type, at };
          });
          const seen = forecast(after(...QUIETLY, bought(T, units)), items, at, T);
          const last = then(live, bought(at, 0));
          const isFunded = last.unfunded.every(amount => amount === 0);
          expect(seen.creditNeeded[0] === 0).toBe(isFunded);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('an explanation (§15.4)', () => {
  const pool = after(...QUIETLY, bought(T, 1_000, 5_000), add(T, 1, 1_000), add(T, 2, 3_000, 1), add(T, 3, 1_000), {
    type: 'pause-workloads',
    workloadIds: [3],
    at: T + 10,
  });

  it('lists who drains what, largest first, and what governs', () => {
    const seen = explainPool(pool, T + 110, 9);
    expect(seen.governing).toBe('cu');
    expect(seen.dimensions).toEqual([
      {
        dimension: 'cu',
        emptyAt: T + 247,
        contributions: [
          { workloadId: 2, rate: 3_000 },
          { workloadId: 1, rate: 1_000 },
        ],
        contributionCount: 2,
      },
      { dimension: 'su', emptyAt: T + 10 + 4_999_990, contributions: [{ workloadId: 2, rate: 1 }], contributionCount: 1 },
    ]);
    expect(explainPool(pool, T + 110, 1).dimensions[0]).toMatchObject({ contributions: [{ workloadId: 2 }], contributionCount: 2 });
  });

  it('says how the balance came about', () => {
    expect(explainPool(pool, T + 110, 9)).toMatchObject({
      credited: [1_000_000, 5_000_000, 0],
      drained: [450_000, 110, 0],
      balance: [550_000, 4_999_890, 0],
    });
  });
});

describe('usage (§15.11)', () => {
  it('of all workloads is what the pool drained and what was forgiven', () => {
    let pool: Pool | undefined;
    let usage: Usage<number> = new Map();
    for (const command of [
      ...QUIETLY,
      bought(T, 100),
      add(T, 1, 1_000),
      add(T + 20, 2, 3_000),
      check(T + 60),
      release(T + 70, 1),
      release(T + 80, 2),
    ]) {
      for (const event of executePool(command, pool).events) {
        const next: Pool = evolvePool(pool, event);
        if (pool !== undefined) usage = withUsageOf(usage, pool, next);
        pool = next;
      }
    }
    expect([...usage]).toEqual([
      [1, [70_000, 0, 0]],
      [2, [180_000, 0, 0]],
    ]);
    expect(pool).toMatchObject({ balance: [0, 0, 0], unfunded: [150_000, 0, 0] });
    expect([...usageByTag(usage, id => (id === 1 ? ['web'] : ['web', 'batch']))]).toEqual([
      ['web', [250_000, 0, 0]],
      ['batch', [180_000, 0, 0]],
    ]);
  });
});
