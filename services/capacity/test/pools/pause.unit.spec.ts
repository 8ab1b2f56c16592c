import { nextDue } from '../../src/domain/index.js';
import { add, after, bought, check, execute, OPEN, policy, QUIET, QUIETLY, release, T, then, types } from './given.js';

const pause = (at: number) => ({ type: 'pause', cause: 'owner', at }) as const;
const resume = (at: number) => ({ type: 'resume', cause: 'owner', at }) as const;
const pauseWorkloads = (at: number, ...workloadIds: number[]) => ({ type: 'pause-workloads', workloadIds, at }) as const;
const resumeWorkloads = (at: number, ...workloadIds: number[]) => ({ type: 'resume-workloads', workloadIds, at }) as const;

const draining = after(...QUIETLY, bought(T, 1_000), add(T, 1, 1_000));

describe('a paused pool (§15.6)', () => {
  it('keeps what it has, and its members and rates on record', () => {
    const paused = then(draining, pause(T + 400));
    expect(paused).toMatchObject({ balance: [600_000, 0, 0], rates: [1_000, 0, 0], emptyAt: undefined, isPaused: true });
    expect(nextDue(paused)).toBeUndefined();
    expect(then(paused, resume(T + 1_000))).toMatchObject({ balance: [600_000, 0, 0], emptyAt: T + 1_600, isPaused: false });
  });

  it('is paused once and resumed once', () => {
    const paused = then(draining, pause(T + 400));
    expect(execute(paused, pause(T + 500)).events).toEqual([]);
    expect(execute(draining, resume(T + 500)).events).toEqual([]);
  });

  it('settles what came before it, and what is released or added meanwhile costs nothing', () => {
    const pool = then(draining, pause(T + 400), add(T + 500, 2, 2_000), release(T + 600, 1), resume(T + 700));
    expect(pool).toMatchObject({ balance: [600_000, 0, 0], rates: [2_000, 0, 0], emptyAt: T + 1_000 });
  });

  it('saves at the second of the exhaustion, and is exhausted anew once it goes on', () => {
    const pool = then(draining, check(T + 1_000));
    const paused = execute(pool, pause(T + 1_000));
    expect(types(paused.events)).toEqual(['pool-paused', 'dimension-replenished', 'decommission-cancelled']);
    const resumed = execute(paused.pool, resume(T + 5_000));
    expect(nextDue(resumed.pool)).toBe(T + 5_000);
    expect(types(execute(resumed.pool, check(T + 5_000)).events)).toEqual(['dimension-exhausted', 'decommission-requested']);
  });

  it('admits only what it could carry if it went on', () => {
    const paused = then(draining, pause(T + 900));
    const held = { type: 'hold', workloadId: 2, rates: [1_000, 0, 0], formulaVersion: 2, until: T + 999, at: T + 900 } as const;
    expect(execute(paused, { ...held, horizonSeconds: 49 }).events).toHaveLength(1);
    expect(execute(paused, { ...held, horizonSeconds: 50 }).refused).toBe('CAPACITY_INSUFFICIENT');
  });

  it('keeps whoever is suspended waiting', () => {
    const graceful = after(
      OPEN,
      policy({ ...QUIET, graceSeconds: 600, suspendsInGrace: true }),
      bought(T, 100),
      add(T, 1, 1_000),
      check(T + 100),
    );
    expect(types(execute(graceful, pause(T + 200)).events)).toEqual(['pool-paused']);
    expect(then(graceful, pause(T + 200), check(T + 700)).members.get(1)).toMatchObject({ isReclaimed: true });
  });
});

describe('a paused member', () => {
  const two = then(draining, add(T, 2, 1_000));

  it('does not drain, and goes on from where it was', () => {
    const paused = then(two, pauseWorkloads(T + 100, 2));
    expect(paused).toMatchObject({ rates: [1_000, 0, 0], pausedRates: [1_000, 0, 0], balance: [800_000, 0, 0], emptyAt: T + 900 });
    expect(then(paused, resumeWorkloads(T + 200, 2))).toMatchObject({ rates: [2_000, 0, 0], pausedRates: [0, 0, 0], emptyAt: T + 550 });
    expect(then(paused, release(T + 200, 2))).toMatchObject({ rates: [1_000, 0, 0], pausedRates: [0, 0, 0] });
  });

  it('is paused once and resumed once, and has to be a member', () => {
    const paused = then(two, pauseWorkloads(T + 100, 2));
    expect(execute(paused, pauseWorkloads(T + 100, 2)).events).toEqual([]);
    expect(execute(two, resumeWorkloads(T + 100, 2, 1)).events).toEqual([]);
    expect(execute(paused, pauseWorkloads(T + 100, 1, 2, 1)).events).toMatchObject([{ workloadIds: [1] }]);
    expect(execute(two, pauseWorkloads(T + 100, 3)).refused).toBe('WORKLOAD_NOT_FOUND');
  });

  it('does not have to go when what it would use runs out, unless it goes on', () => {
    const pool = then(two, pauseWorkloads(T, 2), check(T + 1_000));
    expect(pool.decommissions.keys()).toEqual([1]);
    expect(execute(pool, resumeWorkloads(T + 1_000, 2)).events).toContainEqual(
      expect.objectContaining({ type: 'decommission-requested', workloadIds: [2] }),
    );
  });

  it('counts at full rate when others are admitted: nobody asks when it goes on', () => {
    const pool = then(two, pauseWorkloads(T, 2));
    const held = { type: 'hold', workloadId: 3, rates: [1_000, 0, 0], formulaVersion: 2, until: T + 9, at: T } as const;
    expect(execute(pool, { ...held, horizonSeconds: 333 }).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(execute(pool, { ...held, horizonSeconds: 332 }).events).toHaveLength(1);
  });
});
