import { nextDue, type TopUpPolicy } from '../../src/domain/index.js';
import { add, after, bought, check, execute, OPEN, policy, QUIET, T, then, types } from './given.js';

const HOUR = 3_600;

const TOP_UP: TopUpPolicy = {
  belowSeconds: 600,
  amounts: [1_000_000, 0, 0],
  periodSeconds: 24 * HOUR,
  purchasesPerPeriodMax: 2,
  balanceMax: [1_500_000, 0, 0],
};

const topUps = (changes: Partial<TopUpPolicy> = {}) => policy({ ...QUIET, topUp: { ...TOP_UP, ...changes } });

const end = (at: number, topUpId: number, cause: 'credited' | 'failed') => ({ type: 'end-top-up', topUpId, cause, at }) as const;

describe('a pool that buys by itself (§15.2)', () => {
  const pool = after(OPEN, topUps(), bought(T, 1_000), add(T, 1, 1_000));

  it('asks once it has too little left, and for one purchase at a time', () => {
    expect(nextDue(pool)).toBe(T + 500);
    const { events, pool: asking } = execute(pool, check(T + 500));
    // 1,000 more would lift the 600 that are left above 1,500 before the 500th second.
    expect(events).toMatchObject([{ type: 'top-up-due', topUpId: 1, amounts: [1_000_000, 0, 0], at: T + 500 }]);
    expect(execute(asking, check(T + 900)).events).toEqual([]);
  });

  it('asks again when the first was credited and is used up, as often as the period allows', () => {
    const first = then(pool, check(T + 500), bought(T + 500, 1_000), end(T + 501, 1, 'credited'));
    expect(nextDue(first)).toBe(T + 1_500);
    const second = then(first, check(T + 1_500), bought(T + 1_500, 1_000), end(T + 1_501, 2, 'credited'));
    expect(second.topUps).toMatchObject({ purchases: 2, periodFrom: T + 500 });
    expect(nextDue(second)).toBe(T + 3_000);
    expect(nextDue(then(second, check(T + 3_001), bought(T + 3_002, 100_000)))).toBe(T + 102_502);
  });

  it('begins a new period when the old one is over', () => {
    const once = topUps({ purchasesPerPeriodMax: 1, balanceMax: [1_000_000_000, 0, 0] });
    const low = after(OPEN, once, bought(T, 100_000), add(T, 1, 1_000), check(T + 99_401), end(T + 99_402, 1, 'credited'));
    const due = T + 99_401 + 24 * HOUR;
    expect(execute(then(low, bought(T + 99_403, 86_200)), check(due)).events).toMatchObject([{ type: 'top-up-due', topUpId: 2, at: due }]);
  });

  it('tries again an hour after a failure, and gives up what takes too long', () => {
    const failed = then(pool, check(T + 500), end(T + 510, 1, 'failed'), bought(T + 511, 4_000));
    expect(failed.topUps).toMatchObject({ open: undefined, purchases: 0, notBefore: T + 510 + HOUR });
    expect(nextDue(failed)).toBe(T + 4_500);
    const slow = then(pool, check(T + 500), bought(T + 501, 100_000));
    expect(types(execute(slow, check(T + 500 + 2 * HOUR)).events)).toEqual(['top-up-ended']);
    expect(execute(slow, end(T + 600, 7, 'credited')).events).toEqual([]);
  });

  it('refuses a policy that cannot be', () => {
    const opened = after(OPEN);
    expect(execute(opened, topUps({ belowSeconds: 0 })).metadata).toEqual({ rule: 'top_up_below' });
    expect(execute(opened, topUps({ amounts: [1, 0, 0] })).refused).toBe('INVALID_AMOUNT');
    expect(execute(opened, topUps({ amounts: [0, 0, 0] })).metadata).toEqual({ rule: 'top_up_amounts' });
    expect(execute(opened, topUps({ amounts: [2_000_000, 0, 0] })).metadata).toEqual({ rule: 'top_up_balance' });
  });
});
