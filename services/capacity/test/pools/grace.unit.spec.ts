import { nextDue, type Pool } from '../../src/domain/index.js';
import { add, addRates, after, bought, check, credit, execute, OPEN, policy, QUIET, release, T, then, types } from './given.js';

const GRACE = policy({ ...QUIET, graceSeconds: 600, suspendsInGrace: true });

/** 100 CU·s at 3 CU: exhausted at T+33 with 1 CU·s left (E7). */
const exhausted = after(OPEN, GRACE, bought(T, 100), add(T, 1, 3_000), check(T + 33));

const ids = (pool: Pool, is: (member: { isSuspended: boolean; isReclaimed: boolean }) => boolean): readonly number[] =>
  pool.members.keysWhere(is);

describe('grace (§15.5)', () => {
  it('suspends at the instant of exhaustion: nothing drains, nothing is forgiven, nothing is due before its end', () => {
    expect(exhausted).toMatchObject({ rates: [0, 0, 0], balance: [1_000, 0, 0], exhausted: ['cu'] });
    expect(ids(exhausted, ({ isSuspended }) => isSuspended)).toEqual([1]);
    expect(nextDue(exhausted)).toBe(T + 633);
    expect(then(exhausted, check(T + 600)).unfunded).toEqual([0, 0, 0]);
  });

  it('resumes on a credit at T+400, and nothing was deleted', () => {
    const { pool, events } = execute(exhausted, bought(T + 400, 3_600));
    expect(types(events)).toEqual(['capacity-credited', 'decommission-cancelled', 'workloads-resumed', 'dimension-replenished']);
    expect(pool).toMatchObject({ rates: [3_000, 0, 0], exhausted: [], emptyAt: T + 400 + 1_200 });
    expect(nextDue(pool)).toBe(T + 1_600);
    expect(ids(pool, ({ isReclaimed, isSuspended }) => isReclaimed || isSuspended)).toEqual([]);
  });

  it('is too late for a credit at T+700, whoever noticed the end', () => {
    const { pool, events } = execute(exhausted, bought(T + 700, 3_600));
    expect(events[0]).toMatchObject({ type: 'workloads-reclaimed', workloadIds: [1], at: T + 633 });
    expect(pool).toMatchObject({ rates: [0, 0, 0], balance: [3_601_000, 0, 0], exhausted: [] });
    expect(ids(pool, ({ isReclaimed }) => isReclaimed)).toEqual([1]);
    expect(then(then(exhausted, check(T + 640)), bought(T + 700, 3_600))).toEqual(pool);
    expect(then(pool, release(T + 800, 1)).rates).toEqual([0, 0, 0]);
  });

  it('still saves at its last second, not at its end', () => {
    expect(ids(then(exhausted, bought(T + 632, 3_600)), ({ isReclaimed }) => isReclaimed)).toEqual([]);
    expect(ids(then(exhausted, check(T + 633), bought(T + 633, 3_600)), ({ isReclaimed }) => isReclaimed)).toEqual([1]);
  });

  it('resumes by priority, then activation, then id, each only if it passes an admission of 120 s', () => {
    const pool = after(
      OPEN,
      GRACE,
      bought(T, 1_000),
      addRates(T, 4, [1_000, 0, 0]),
      addRates(T, 3, [1_000, 0, 0]),
      addRates(T + 1, 2, [1_000, 0, 0]),
      addRates(T + 2, 1, [1_000, 0, 0], 5),
      addRates(T + 3, 9, [100_000, 0, 0], 9),
      check(T + 300),
    );
    const { events } = execute(pool, bought(T + 300, 400));
    expect(events).toContainEqual(expect.objectContaining({ type: 'workloads-resumed', workloadIds: [1, 3, 4] }));
    expect(types(events)).toContain('dimension-replenished');
  });

  it('leaves waiting whom a credit cannot carry, and saves it with the next', () => {
    const small = execute(exhausted, bought(T + 100, 10));
    expect(types(small.events)).toEqual(['capacity-credited']);
    expect(small.pool.exhausted).toEqual(['cu']);
    expect(types(execute(small.pool, bought(T + 200, 1_000)).events)).toContain('workloads-resumed');
  });

  it('stops whoever begins to use what is exhausted', () => {
    const { pool } = execute(exhausted, add(T + 50, 2, 2_000));
    expect(pool.decommissions.get(2)).toEqual({ dimension: 'cu', graceUntil: T + 650 });
    expect(pool.rates).toEqual([0, 0, 0]);
  });

  it('is of the length that the policy had when it began', () => {
    expect(nextDue(then(exhausted, policy({ ...QUIET, graceSeconds: 0 }, T + 40)))).toBe(T + 633);
  });

  it('without grace nobody is suspended, whatever the policy says (§12 D16)', () => {
    const pool = after(OPEN, policy({ ...QUIET, suspendsInGrace: true }), bought(T, 100), add(T, 1, 3_000), check(T + 34));
    expect(pool).toMatchObject({ rates: [3_000, 0, 0] });
    expect(ids(pool, ({ isReclaimed }) => isReclaimed)).toEqual([1]);
    expect(then(pool, credit(T + 100, 30_000)).unfunded).toEqual([200_000, 0, 0]);
  });
});

describe('grace in which members run on', () => {
  const running = policy({ ...QUIET, graceSeconds: 600, unfundedCaps: [30_000, undefined, undefined] });
  const pool = after(OPEN, running, bought(T, 100), add(T, 1, 3_000), check(T + 33));

  it('counts what is forgiven and suspends at the second by which the cap is reached', () => {
    expect(pool.rates).toEqual([3_000, 0, 0]);
    // 1 CU·s is left: 3 × 11 − 1 = 32 are forgiven after 11 seconds, 29 after 10.
    expect(nextDue(pool)).toBe(T + 44);
    const { events, pool: capped } = execute(pool, check(T + 44));
    expect(events).toMatchObject([
      { type: 'unfunded-cap-reached', dimension: 'cu', unfunded: 32_000, at: T + 44 },
      { type: 'workloads-suspended', workloadIds: [1], cause: 'capped' },
    ]);
    expect(nextDue(capped)).toBe(T + 633);
    expect(then(capped, check(T + 500)).unfunded).toEqual([32_000, 0, 0]);
    expect(types(execute(capped, bought(T + 500, 3_600)).events)).toContain('workloads-resumed');
  });

  it('counts anew at each exhaustion', () => {
    const again = then(pool, check(T + 44), bought(T + 100, 600), check(T + 300));
    expect(again.exhausted).toEqual(['cu']);
    expect(nextDue(again)).toBe(T + 310);
  });

  it('suspends nobody whose grace is over: the node is to stop them', () => {
    const later = then(
      pool,
      policy({ ...QUIET, graceSeconds: 600, unfundedCaps: [10_000_000, undefined, undefined] }, T + 34),
      check(T + 633),
    );
    expect(ids(later, ({ isReclaimed }) => isReclaimed)).toEqual([1]);
    expect(later.rates).toEqual([3_000, 0, 0]);
  });
});
