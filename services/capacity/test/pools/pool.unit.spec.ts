import { nextDue, NO_POOL, type Pool, type PoolCommand } from '../../src/domain/index.js';
import { add, after, credit, execute, hold, OPEN, QUIETLY, T, types } from './given.js';

describe('a pool', () => {
  it('is exhausted when less is left than a second takes, at its instant and whoever notices (E26, §13.6)', () => {
    const pool = after(...QUIETLY, credit(T, 10_000), add(T, 1, 300));
    expect(nextDue(pool)).toBe(T + 33);
    const check = execute(pool, { type: 'check', at: T + 33 });
    expect(check.events).toMatchObject([
      { type: 'dimension-exhausted', dimension: 'cu', dueAt: T + 33, remainder: 100, workloadIds: [1] },
      { type: 'decommission-requested', workloadIds: [1], graceUntil: T + 33 },
    ]);
    const late = execute(pool, credit(T + 50, 1_000));
    expect(late.events.slice(0, 2)).toMatchObject([{ at: T + 33, detectedAt: T + 50, remainder: 100 }, { at: T + 33 }]);
  });

  it('comes to the same whether a timer or a command came first (§13.6)', () => {
    const pool = after(...QUIETLY, credit(T, 100_000), add(T, 1, 3_000));
    const timer = [T + 33, T + 34].reduce((seen, at) => execute(seen, { type: 'check', at }).pool, pool);
    expect(execute(timer, credit(T + 100, 30_000)).pool).toEqual(execute(pool, credit(T + 100, 30_000)).pool);
  });

  it('saves in the same second what it saves no more a second later', () => {
    const exhausted = execute(after(...QUIETLY, credit(T, 100_000), add(T, 1, 3_000)), { type: 'check', at: T + 33 }).pool;
    expect(types(execute(exhausted, credit(T + 33, 30_000)).events)).toEqual([
      'capacity-credited',
      'dimension-replenished',
      'decommission-cancelled',
    ]);
    expect(types(execute(exhausted, credit(T + 34, 30_000)).events)).toEqual([
      'workloads-reclaimed',
      'capacity-credited',
      'dimension-replenished',
    ]);
  });

  it('finds the next exhaustion behind one that stays, and does not repeat that one (E20)', () => {
    const pool = after(...QUIETLY, credit(T, 10_000_000, 300_000), add(T, 1, 1_000), add(T, 2, 0, 1_000));
    const checked = execute(execute(pool, { type: 'check', at: T + 300 }).pool, { type: 'check', at: T + 300 }).pool;
    expect(nextDue(checked)).toBe(T + 10_000);
    expect(execute(checked, { type: 'check', at: T + 400 }).events).toEqual([]);
  });

  it('counts holds as if they ran: three at once are two (§15.3)', () => {
    const pool = after(...QUIETLY, credit(T, 7_200_000), hold(T, 1, 1_000, 2_400), hold(T, 2, 1_000, 2_400));
    expect(execute(pool, hold(T, 3, 1_000, 2_400)).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(execute(pool, hold(T + 901, 3, 1_000, 2_400)).events).toMatchObject([
      { type: 'hold-released', workloadId: 1, cause: 'expired', at: T + 900 },
      { type: 'hold-released', workloadId: 2, cause: 'expired', at: T + 900 },
      { type: 'workload-held', workloadId: 3 },
    ]);
  });

  it.each([
    ['an unknown pool', NO_POOL, credit(T, 1), 'POOL_NOT_FOUND'],
    ['a pool opened twice', after(...QUIETLY), OPEN, 'POOL_EXISTS'],
    ['a negative credit', after(...QUIETLY), credit(T, -1), 'INVALID_AMOUNT'],
    ['half a milliunit', after(...QUIETLY), add(T, 1, 0.5), 'INVALID_AMOUNT'],
    [
      'more than a pool holds',
      after(...QUIETLY, credit(T, 1)),
      { ...credit(T, 0), amounts: [9_000_000_000_000_000_000n, 0, 0] },
      'CAPACITY_OVERFLOW',
    ],
  ] as [string, Pool | undefined, PoolCommand, string][])('refuses %s', (_what, pool, command, code) => {
    expect(execute(pool, command).refused).toBe(code);
  });

  it('credits a reservation once', () => {
    const paid: PoolCommand = {
      ...credit(T, 5),
      source: { reservationId: 7 },
      nodeIds: ['b'],
    };
    const pool = after(...QUIETLY, paid, paid);
    expect(pool.balance).toEqual([5, 0, 0]);
    expect(pool.nodeIds).toEqual(['a', 'b']);
  });
});
