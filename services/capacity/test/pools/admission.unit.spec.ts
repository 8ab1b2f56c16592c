import fc from 'fast-check';
import { nextDue, type HeldWorkload, type PoolCommand } from '../../src/domain/index.js';
import { add, after, bought, check, credit, execute, hold, QUIETLY, release, run, T, then, types } from './given.js';

const holdAll = (at: number, ...workloads: HeldWorkload[]): PoolCommand => ({ type: 'hold-all', workloads, until: at + 900, at });

const wants = (workloadId: number, cu: number, horizonSeconds: number): HeldWorkload => ({
  workloadId,
  rates: [cu, 0, 0],
  formulaVersion: 2,
  horizonSeconds,
});

describe('admission for an open end (§15.3)', () => {
  const idle = after(...QUIETLY, bought(T, 7_200));

  it('says what is missing and what would pass', () => {
    const two = then(idle, hold(T, 1, 1_000, 2_400), hold(T, 2, 1_000, 2_400));
    expect(execute(two, hold(T, 3, 1_000, 2_400))).toMatchObject({
      refused: 'CAPACITY_INSUFFICIENT',
      metadata: { dimension: 'cu', workload: '3', shortfall: '3', longestHorizonSeconds: '2399' },
    });
    expect(execute(two, hold(T, 3, 1_000, 2_399)).events).toHaveLength(1);
    expect(execute(after(...QUIETLY), hold(T, 3, 1_000, 0)).metadata).toEqual({ dimension: 'cu', workload: '3', shortfall: '1' });
  });

  it('is strict, and asks only of what the workload uses (E24, E25)', () => {
    expect(execute(after(...QUIETLY, bought(T, 120)), hold(T, 1, 1_000, 120)).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(execute(after(...QUIETLY, bought(T, 121)), hold(T, 1, 1_000, 120)).events).toHaveLength(1);
    const depleted = after(...QUIETLY, add(T, 1, 1_000), check(T + 5));
    expect(execute(depleted, hold(T + 5, 2, 0, 120)).events).toHaveLength(1);
  });

  it('lapses by itself, or becomes the member', () => {
    const held = then(idle, hold(T, 1, 1_000, 2_400));
    expect(nextDue(held)).toBe(T + 900);
    expect(types(execute(held, check(T + 900)).events)).toEqual(['hold-released']);
    expect(then(held, add(T + 5, 1, 1_000))).toMatchObject({ heldRates: [0, 0, 0], rates: [1_000, 0, 0], holdsEndAt: undefined });
  });

  it('becomes the member with the rates it was held with, unless others are given', () => {
    const held = then(idle, hold(T, 1, 1_000, 2_400));
    expect(then(held, { type: 'activate', workloadId: 1, at: T }).rates).toEqual([1_000, 0, 0]);
    expect(execute(idle, { type: 'activate', workloadId: 1, at: T }).refused).toBe('WORKLOAD_NOT_FOUND');
  });

  it.each([
    ['neither', {}, 'ask'],
    ['both', { horizonSeconds: 1, runForSeconds: 1 }, 'ask'],
    ['a fraction', { horizonSeconds: 1.5 }, 'seconds'],
    ['less than nothing', { runForSeconds: -1 }, 'seconds'],
  ])('refuses %s', (_what, asked, rule) => {
    const command = { type: 'hold', workloadId: 1, rates: [1, 0, 0], formulaVersion: 2, until: T + 9, at: T, ...asked } as const;
    expect(execute(idle, command)).toMatchObject({ refused: 'INVALID_ADMISSION', metadata: { rule } });
  });
});

describe('admission for a given time', () => {
  const idle = after(...QUIETLY, bought(T, 3_600));

  it('keeps the balance that it will use, and no more', () => {
    const one = then(idle, run(T, 1, 1_000, 3_000));
    expect(execute(one, run(T, 2, 1_000, 601))).toMatchObject({
      refused: 'CAPACITY_INSUFFICIENT',
      metadata: { dimension: 'cu', shortfall: '1', longestHorizonSeconds: '600' },
    });
    const both = then(one, run(T, 2, 1_000, 600));
    expect(execute(both, run(T, 3, 1, 1)).metadata).toEqual({ dimension: 'cu', workload: '3', shortfall: '1' });
  });

  it('keeps it while the workload runs, down to nothing at its end', () => {
    const running = then(idle, run(T, 1, 1_000, 3_000), add(T + 100, 1, 1_000));
    expect(running.runs.get(1)).toEqual({ rates: [1_000, 0, 0], seconds: 3_000, since: T + 100 });
    expect(execute(running, run(T + 1_100, 2, 1_000, 601)).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(execute(running, run(T + 1_100, 2, 1_000, 600)).events).toHaveLength(1);
    expect(execute(running, run(T + 3_200, 2, 1_000, 500)).events).toHaveLength(1);
  });

  it('gives it back when the workload is gone, or never came', () => {
    const held = then(idle, run(T, 1, 1_000, 3_600));
    for (const freed of [then(held, release(T, 1)), then(held, check(T + 900)), then(held, add(T, 1, 1_000), release(T, 1))]) {
      expect(freed.runs.size).toBe(0);
      expect(execute(freed, run(freed.lastAt, 2, 1_000, 3_600)).events).toHaveLength(1);
    }
  });

  it('is out of reach for whoever comes without an end', () => {
    const held = then(idle, run(T, 1, 1_000, 3_000));
    expect(execute(held, hold(T, 2, 1_000, 600)).metadata).toMatchObject({ longestHorizonSeconds: '599' });
    expect(execute(held, hold(T, 2, 1_000, 599)).events).toHaveLength(1);
  });
});

describe('admission of several', () => {
  it('takes all or none, and its order means nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000 }),
        fc.uniqueArray(
          fc.record({
            id: fc.integer({ min: 1, max: 9 }),
            cu: fc.integer({ min: 0, max: 2_000 }),
            seconds: fc.integer({ min: 0, max: 1_500 }),
            isRun: fc.boolean(),
          }),
          { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
        ),
        (units, list) => {
          const pool = after(...QUIETLY, bought(T, units), add(T, 3, 100));
          const workloads = list.map(({ id, cu, seconds, isRun }): HeldWorkload => {
            const asked = isRun ? { runForSeconds: seconds } : { horizonSeconds: seconds };
            return { workloadId: id, rates: [cu, 0, 0], formulaVersion: 2, ...asked };
          });
          const forward = execute(pool, holdAll(T, ...workloads));
          const backward = execute(pool, holdAll(T, ...[...workloads].reverse()));
          expect(backward).toEqual(forward);
          const expected = workloads.filter(({ workloadId }) => workloadId !== 3).length;
          expect(forward.pool.holds.size).toBe(forward.refused === undefined ? expected : 0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('looks at them together', () => {
    const idle = after(...QUIETLY, bought(T, 7_200));
    expect(execute(idle, holdAll(T, wants(1, 1_000, 2_400), wants(2, 1_000, 2_400))).events).toHaveLength(2);
    expect(execute(idle, holdAll(T, wants(1, 1_000, 2_400), wants(2, 1_000, 2_400), wants(3, 1_000, 2_400)))).toMatchObject({
      refused: 'CAPACITY_INSUFFICIENT',
      events: [],
    });
    expect(execute(idle, holdAll(T, wants(1, 1, 1), wants(1, 1, 1))).metadata).toEqual({ rule: 'twice' });
    expect(execute(idle, holdAll(T)).metadata).toEqual({ rule: 'count' });
  });

  it('admits 100 one after the other as often as there is room, whatever their order', () => {
    const admit = (order: readonly number[]): number => {
      let pool = after(...QUIETLY, credit(T, 50_000_000));
      for (const id of order) ({ pool } = execute(pool, hold(T, id, 1_000, 1_000)));
      return pool.holds.size;
    };
    const ids = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(admit(ids)).toBe(49);
    expect(admit([...ids].reverse())).toBe(49);
  });
});
