import { expiredBy, nextAfter, NEVER_SECONDS, settledAt, type Pool, type PoolCommand } from '../../src/domain/index.js';
import { add, after, bought, check, credit, execute, OPEN, release, T, then } from './given.js';

/** Balances and rates in thousandths, and the depletion instant counted from T. */
interface Expected {
  readonly c: readonly (number | bigint)[];
  readonly r?: readonly (number | bigint)[];
  readonly e?: number | undefined;
}

const seen = (pool: Pool): Expected => ({
  c: pool.balance,
  r: pool.rates,
  e: pool.emptyAt === undefined ? undefined : Number(pool.emptyAt) - T,
});

const at = (pool: Pool, seconds: number): readonly (number | bigint)[] => settledAt(pool, T + seconds).balance;

const E9 = [OPEN, bought(T, 3_600), add(T, 101, 1_000)];
const E21A = [OPEN, bought(T, 86_400, 86_400), add(T, 1, 500, 167)];
const E21B = [...E21A, add(T + 3_600, 2, 1_000, 333)];
const E21C = [...E21B, release(T + 7_200, 1)];
const E21D = [...E21C, bought(T + 10_800, 86_400, 0, 3_600)];
const E21E = [...E21D, add(T + 10_800, 3, 0, 0, 1_000)];
const TENTHS = [1, 2, 3].map(id => add(T, id, 100));

describe('worked examples (§14)', () => {
  it.each([
    ['E1', [OPEN], { c: [0, 0, 0], r: [0, 0, 0], e: undefined }],
    ['E2', [OPEN, bought(T, 100, 50)], { c: [100_000, 50_000, 0], e: undefined }],
    ['E3', [OPEN, bought(T, 3_600, 7_200), add(T, 101, 1_000)], { c: [3_600_000, 7_200_000, 0], r: [1_000, 0, 0], e: 3_600 }],
    ['E4', [OPEN, bought(T, 3_600, 100), add(T, 1, 1_000, 500)], { c: [3_600_000, 100_000, 0], e: 200 }],
    [
      'E5',
      [OPEN, bought(T, 3_600, 0, 600), add(T, 1, 1_000), add(T + 60, 2, 0, 0, 1_000)],
      { c: [3_540_000, 0, 600_000], r: [1_000, 0, 1_000], e: 660 },
    ],
    ['E6', [OPEN, bought(T, 3_600), add(T, 1, 1_000, 100)], { c: [3_600_000, 0, 0], e: 0 }],
    ['E7', [OPEN, bought(T, 100), add(T, 1, 3_000)], { c: [100_000, 0, 0], e: 33 }],
    ['E8', [OPEN, bought(T, 100), add(T, 1, 3_000), bought(T + 100, 30)], { c: [30_000, 0, 0], e: 110 }],
    ['E9', [...E9, add(T + 100, 101, 5_000, 5_000)], { c: [3_600_000, 0, 0], r: [1_000, 0, 0], e: 3_600 }],
    [
      'E10',
      [...E9, release(T + 200, 999), release(T + 200, 101), release(T + 300, 101)],
      { c: [3_400_000, 0, 0], r: [0, 0, 0], e: undefined },
    ],
    ['E11', [OPEN, bought(T, 3_600), add(T, 1, 1_000), release(T + 10, 1)], { c: [3_590_000, 0, 0], r: [0, 0, 0], e: undefined }],
    ['E13', [OPEN, bought(T, 3_600), ...TENTHS], { c: [3_600_000, 0, 0], r: [300, 0, 0], e: 12_000 }],
    ['E15', [OPEN, add(T, 1, 0)], { c: [0, 0, 0], r: [0, 0, 0], e: undefined }],
    ['E17', [OPEN, bought(T, 1), add(T, 1, 100)], { c: [1_000, 0, 0], e: 10 }],
    ['E18 0.1', [OPEN, bought(T, 2_592_000), add(T, 1, 100)], { c: [2_592_000_000, 0, 0], e: 25_920_000 }],
    ['E18 0.2', [OPEN, bought(T, 2_592_000), add(T, 1, 200)], { c: [2_592_000_000, 0, 0], e: 12_960_000 }],
    ['E18 0.25', [OPEN, bought(T, 2_592_000), add(T, 1, 250)], { c: [2_592_000_000, 0, 0], e: 10_368_000 }],
    ['E18 0.05', [OPEN, bought(T, 604_800), add(T, 1, 50)], { c: [604_800_000, 0, 0], e: 12_096_000 }],
    [
      'E20',
      [OPEN, bought(T, 10_000, 300), add(T, 1, 1_000), add(T, 2, 0, 1_000), release(T + 305, 2)],
      { c: [9_695_000, 0, 0], e: 10_000 },
    ],
    ['E21a', E21A, { c: [86_400_000, 86_400_000, 0], e: 172_800 }],
    ['E21b', E21B, { c: [84_600_000, 85_798_800, 0], r: [1_500, 500, 0], e: 60_000 }],
    ['E21c', E21C, { c: [79_200_000, 83_998_800, 0], r: [1_000, 333, 0], e: 86_400 }],
    ['E21d', E21D, { c: [162_000_000, 82_800_000, 3_600_000], e: 172_800 }],
    ['E21e', E21E, { c: [162_000_000, 82_800_000, 3_600_000], r: [1_000, 333, 1_000], e: 14_400 }],
  ] as [string, PoolCommand[], Expected][])('%s', (_name, commands, expected) => {
    expect(seen(after(...commands))).toMatchObject(expected);
  });

  it('E3, E5, E7, E21e between changes: the depletion instant stays', () => {
    const pool = after(OPEN, bought(T, 3_600, 7_200), add(T, 101, 1_000));
    expect([at(pool, 600), settledAt(pool, T + 600).emptyAt]).toEqual([[3_000_000, 7_200_000, 0], T + 3_600]);
    expect(at(after(OPEN, bought(T, 3_600, 0, 600), add(T, 1, 1_000), add(T + 60, 2, 0, 0, 1_000)), 100)).toEqual([3_500_000, 0, 560_000]);
    const remainder = after(OPEN, bought(T, 100), add(T, 1, 3_000));
    expect([at(remainder, 33), at(remainder, 34), settledAt(remainder, T + 34).emptyAt]).toEqual([[1_000, 0, 0], [0, 0, 0], T + 33]);
    expect(at(after(...E21E), 14_400)).toEqual([158_400_000, 81_601_200, 0]);
  });

  it('E8 counts what was forgiven: 2 in second 34, then 3 × 66', () => {
    expect(after(OPEN, bought(T, 100), add(T, 1, 3_000), bought(T + 100, 30)).unfunded).toEqual([200_000, 0, 0]);
  });

  it('E9, E10: what changes nothing settles nothing', () => {
    expect(then(after(...E9), add(T + 100, 101, 5_000, 5_000)).asOf).toBe(T);
    expect(after(...E9, release(T + 200, 999), release(T + 200, 101), release(T + 300, 101)).asOf).toBe(T + 200);
  });

  it('E13 each of three tenths, added and removed', () => {
    const path = [1, 2, 3, 2, 1].map(count => after(OPEN, bought(T, 3_600), ...TENTHS.slice(0, count)).emptyAt);
    expect(path).toEqual([36_000, 18_000, 12_000, 18_000, 36_000].map(seconds => T + seconds));
    const gone = after(OPEN, bought(T, 3_600), ...TENTHS, release(T, 1), release(T, 2), release(T, 3));
    expect(seen(gone)).toEqual({ c: [3_600_000, 0, 0], r: [0, 0, 0], e: undefined });
  });

  it('E14, E19, E22 are refused', () => {
    const pool = after(OPEN);
    expect(execute(pool, credit(T, -5, 10)).refused).toBe('INVALID_AMOUNT');
    expect(execute(pool, add(T, 1, -1, 2)).refused).toBe('INVALID_AMOUNT');
    expect(execute(pool, credit(T, 9_000_000_000_000_000_001n)).refused).toBe('CAPACITY_OVERFLOW');
    expect(execute(pool, credit(T, (2n ** 64n - 1n) * 1_000n)).refused).toBe('CAPACITY_OVERFLOW');
    expect(execute(pool, add(T, 1, 0, 1.04)).refused).toBe('INVALID_AMOUNT');
    expect(then(pool, credit(T, 9_000_000_000_000_000_000n), add(T, 1, 1_000)).emptyAt).toBe(9_000_001_600_000_000);
  });

  it('E16: a clock that went back counts as the last instant', () => {
    const pool = after(OPEN, bought(T, 100), add(T, 1, 1_000));
    expect(settledAt(pool, T - 10)).toMatchObject({ balance: [100_000, 0, 0], asOf: T });
    expect(then(pool, bought(T - 10, 1))).toMatchObject({ balance: [101_000, 0, 0], asOf: T, lastAt: T });
  });

  it('E20: only who uses what is exhausted has to go', () => {
    const pool = after(OPEN, bought(T, 10_000, 300), add(T, 1, 1_000), add(T, 2, 0, 1_000), check(T + 300));
    expect(at(pool, 300)).toEqual([9_700_000, 0, 0]);
    expect(pool.decommissions.keys()).toEqual([2]);
  });

  it('E23: members are a set', () => {
    expect(after(OPEN, ...[1, 2, 3, 4].map(id => add(T, id, 1)), release(T, 2)).members.keys()).toEqual([1, 3, 4]);
  });

  it('E33: who is empty, and who is next', () => {
    const pools = [
      { poolId: 2, emptyAt: T + 5 },
      { poolId: 1, emptyAt: T + 5 },
      { poolId: 3, emptyAt: T + 9 },
      { poolId: 4, emptyAt: undefined },
    ];
    expect(expiredBy(pools, T + 5).map(({ poolId }) => poolId)).toEqual([1, 2]);
    expect([nextAfter(pools, T + 5)?.poolId, nextAfter(pools, T + 9)?.poolId, nextAfter(pools, NEVER_SECONDS)]).toEqual([3, 4, undefined]);
  });
});
