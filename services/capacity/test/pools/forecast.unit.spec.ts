import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import {
  dryRun,
  evolvePool,
  executePool,
  explainPool,
  forecast,
  usageByTag,
  withUsageOf,
  type PlanItem,
  type Pool,
  type Usage,
} from '../../src/domain/index.js';
import { add, after, bought, check, hold, plain, QUIETLY, release, T, then } from './given.js';

const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    if (isRefusal(error)) return [error.reason, error.metadata['rule']];
    throw error;
  }
};

const rates = (at: number, cu: number, su = 0): PlanItem => ({ type: 'rates', at, change: [cu, su, 0] });
const planned = (at: number, cu: number): PlanItem => ({ type: 'credit', at, amounts: [cu * 1_000, 0, 0] });

describe('a forecast (§15.1)', () => {
  const pool = after(...QUIETLY, bought(T, 10_000), add(T, 1, 1_000));
  const plan = [rates(T + 4_000, -1_000), rates(T + 2_000, 2_000)];

  it('walks from change to change', () => {
    expect(forecast(pool, plan, T, T + 10_000)).toEqual({
      emptyAt: T + 5_000,
      emptyDimension: 'cu',
      curve: [
        { at: T, balance: [10_000_000, 0, 0], rates: [1_000, 0, 0] },
        { at: T + 2_000, balance: [8_000_000, 0, 0], rates: [3_000, 0, 0] },
        { at: T + 4_000, balance: [2_000_000, 0, 0], rates: [2_000, 0, 0] },
        { at: T + 10_000, balance: [0, 0, 0], rates: [2_000, 0, 0] },
      ],
      creditNeeded: [10_000, 0, 0],
    });
    expect(forecast(pool, [...plan, planned(T + 3_000, 5_000)], T, T + 10_000)).toMatchObject({
      emptyAt: T + 7_500,
      creditNeeded: [5_000, 0, 0],
    });
  });

  it('sees as far as the plan goes, and beyond what was asked for', () => {
    expect(forecast(pool, plan, T, T + 3_000)).toMatchObject({ emptyAt: T + 5_000, creditNeeded: [0, 0, 0] });
    expect(forecast(pool, [{ type: 'pause', at: T + 10 }], T, T + 20).emptyAt).toBeUndefined();
    expect(
      forecast(
        pool,
        [
          { type: 'pause', at: T + 400 },
          { type: 'resume', at: T + 1_000 },
        ],
        T,
        T + 5_000,
      ),
    ).toMatchObject({ emptyAt: T + 10_600 });
  });

  it('lets a credit come in the very second, but not one later', () => {
    expect(forecast(pool, [planned(T + 10_000, 10)], T, T + 10_010)).toMatchObject({ emptyAt: T + 10_010, creditNeeded: [0, 0, 0] });
    expect(forecast(pool, [planned(T + 10_001, 10)], T, T + 10_010)).toMatchObject({ emptyAt: T + 10_000, creditNeeded: [1, 0, 0] });
  });

  it('names what is missing in whole units, and the dimension that is', () => {
    const two = after(...QUIETLY, bought(T, 100, 10), add(T, 1, 1, 7));
    expect(forecast(two, [], T, T + 2_000)).toMatchObject({ emptyAt: T + 1_428, emptyDimension: 'su', creditNeeded: [0, 4, 0] });
  });

  it.each([
    ['more is released than runs', rates(T + 5, -1_001), 'rates'],
    ['half a milliunit', rates(T + 5, 0.5), 'amount'],
    ['a negative credit', planned(T + 5, -1), 'amount'],
  ])('refuses a plan in which %s', (_what, item, rule) => {
    expect(codeOf(() => forecast(pool, [item], T, T + 9))).toEqual(['INVALID_PLAN', rule]);
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
          const items = list.map(({ wait, kind, cu }, index): PlanItem => {
            at += wait;
            if (kind === 0) live = then(live, bought(at, cu));
            if (kind === 0) return planned(at, cu);
            if (kind === 1) live = then(live, add(at, index + 1, cu * 1_000));
            if (kind === 1) return rates(at, cu * 1_000);
            const type = kind === 2 ? 'pause' : 'resume';
            live = then(live, { type, cause: 'plan', at });
            return { type, at };
          });
          const seen = forecast(after(...QUIETLY, bought(T, units)), items, T, at);
          const last = then(live, bought(at, 0));
          expect(seen.curve.at(-1)).toMatchObject({ at, balance: last.balance });
          const isFunded = last.unfunded.every(amount => amount === 0);
          expect(seen.creditNeeded[0] === 0).toBe(isFunded);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a dry run (§15.4)', () => {
  it('says what each command would come to, and changes nothing', () => {
    const pool = after(...QUIETLY, bought(T, 300), add(T, 1, 1_000));
    const before = plain(pool);
    const seen = dryRun(pool, [hold(T, 2, 1_000, 120), hold(T, 3, 1_000, 120), bought(T, 1_000), hold(T, 3, 1_000, 120)]);
    expect(seen.steps.map(step => (step.outcome === 'refused' ? step.code : step.events.length))).toEqual([
      1,
      'CAPACITY_INSUFFICIENT',
      1,
      1,
    ]);
    expect(seen.pool?.holds.keys()).toEqual([2, 3]);
    expect(plain(pool)).toEqual(before);
  });
});

describe('an explanation (§15.4)', () => {
  const pool = after(...QUIETLY, bought(T, 1_000, 5_000), add(T, 1, 1_000), add(T, 2, 3_000, 1), add(T, 3, 1_000), {
    type: 'pause-workloads',
    workloadIds: [3],
    at: T + 10,
  });

  it('lists who drains what, largest first, and what governs', () => {
    const seen = explainPool(pool, T + 110);
    expect(seen).toMatchObject({ governing: 'cu', emptyAt: T + 247, resting: [{ workloadId: 3, why: 'paused' }] });
    expect(seen.dimensions[0].contributions.map(({ workloadId, rate }) => [workloadId, rate])).toEqual([
      [2, 3_000],
      [1, 1_000],
    ]);
    expect(seen.dimensions[1].contributions).toHaveLength(1);
  });

  it('says how the balance came about', () => {
    expect(explainPool(pool, T + 110).balance).toMatchObject({
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
