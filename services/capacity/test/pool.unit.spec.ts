import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import {
  decidePool,
  DIMENSIONS,
  evolvePool,
  nextDue,
  NO_POOL,
  of,
  settledAt,
  type Amounts,
  type Pool,
  type PoolCommand,
  type PoolEvent,
} from '../src/domain/index.js';

const T = 1_600_000_000;

const OPEN: PoolCommand = { type: 'open', poolId: 1, namespace: 'shop', owner: 11, sponsor: 0, nodeIds: ['a'], at: T };

const execute = (pool: Pool | undefined, command: PoolCommand): { pool: Pool; events: readonly PoolEvent[]; refused?: string } => {
  try {
    const events = decidePool(command, pool);
    return { pool: events.reduce<Pool | undefined>(evolvePool, pool) as Pool, events };
  } catch (error) {
    if (isRefusal(error)) return { pool: pool as Pool, events: [], refused: error.reason };
    throw error;
  }
};

const after = (...commands: readonly PoolCommand[]): Pool =>
  commands.reduce<Pool | undefined>((pool, command) => execute(pool, command).pool, NO_POOL) as Pool;

const credit = (at: number, cu: number, su = 0, ipv4u = 0): PoolCommand => ({
  type: 'credit',
  source: { cause: 'test' },
  amounts: [cu, su, ipv4u],
  nodeIds: [],
  at,
});

const add = (at: number, workloadId: number, cu: number, su = 0): PoolCommand => ({
  type: 'activate',
  workloadId,
  rates: [cu, su, 0],
  formulaVersion: 2,
  at,
});

const release = (at: number, workloadId: number): PoolCommand => ({ type: 'release', workloadId, cause: 'deleted', at });

const hold = (at: number, workloadId: number, cu: number, horizonSeconds: number): PoolCommand => ({
  type: 'hold',
  workloadId,
  rates: [cu, 0, 0],
  formulaVersion: 2,
  horizonSeconds,
  until: at + 900,
  at,
});

const types = (events: readonly PoolEvent[]): readonly string[] => events.map(({ type }) => type);

describe('a pool', () => {
  it('is exhausted when less is left than a second takes, at its instant and whoever notices (E26, §13.6)', () => {
    const pool = after(OPEN, credit(T, 10_000), add(T, 1, 300));
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
    const pool = after(OPEN, credit(T, 100_000), add(T, 1, 3_000));
    const timer = [T + 33, T + 34].reduce((seen, at) => execute(seen, { type: 'check', at }).pool, pool);
    expect(execute(timer, credit(T + 100, 30_000)).pool).toEqual(execute(pool, credit(T + 100, 30_000)).pool);
  });

  it('saves in the same second what it saves no more a second later', () => {
    const exhausted = execute(after(OPEN, credit(T, 100_000), add(T, 1, 3_000)), { type: 'check', at: T + 33 }).pool;
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
    const pool = after(OPEN, credit(T, 10_000_000, 300_000), add(T, 1, 1_000), add(T, 2, 0, 1_000));
    const checked = execute(execute(pool, { type: 'check', at: T + 300 }).pool, { type: 'check', at: T + 300 }).pool;
    expect(nextDue(checked)).toBe(T + 10_000);
    expect(execute(checked, { type: 'check', at: T + 400 }).events).toEqual([]);
  });

  it('counts holds as if they ran: three at once are two (§15.3)', () => {
    const pool = after(OPEN, credit(T, 7_200_000), hold(T, 1, 1_000, 2_400), hold(T, 2, 1_000, 2_400));
    expect(execute(pool, hold(T, 3, 1_000, 2_400)).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(execute(pool, hold(T + 901, 3, 1_000, 2_400)).events).toMatchObject([
      { type: 'hold-released', workloadId: 1, cause: 'expired', at: T + 900 },
      { type: 'hold-released', workloadId: 2, cause: 'expired', at: T + 900 },
      { type: 'workload-held', workloadId: 3 },
    ]);
  });

  it.each([
    ['an unknown pool', NO_POOL, credit(T, 1), 'POOL_NOT_FOUND'],
    ['a pool opened twice', after(OPEN), OPEN, 'POOL_EXISTS'],
    ['a negative credit', after(OPEN), credit(T, -1), 'INVALID_AMOUNT'],
    ['half a milliunit', after(OPEN), add(T, 1, 0.5), 'INVALID_AMOUNT'],
    [
      'more than a pool holds',
      after(OPEN, credit(T, 1)),
      { ...credit(T, 0), amounts: [9_000_000_000_000_000_000n, 0, 0] },
      'CAPACITY_OVERFLOW',
    ],
  ] as [string, Pool | undefined, PoolCommand, string][])('refuses %s', (_what, pool, command, code) => {
    expect(execute(pool, command).refused).toBe(code);
  });

  it('credits a reservation once', () => {
    const paid: PoolCommand = {
      ...(credit(T, 5) as Extract<PoolCommand, { type: 'credit' }>),
      source: { reservationId: 7 },
      nodeIds: ['b'],
    };
    const pool = after(OPEN, paid, paid);
    expect(pool.balance).toEqual([5, 0, 0]);
    expect(pool.nodeIds).toEqual(['a', 'b']);
  });
});

const amount = fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.constant(0));
const id = fc.integer({ min: 1, max: 8 });
const steps = fc.array(
  fc.record({ wait: fc.integer({ min: -5, max: 400 }), kind: fc.integer({ min: 0, max: 5 }), id, cu: amount, su: amount }),
  { maxLength: 40 },
);

const commandOf = (step: { kind: number; id: number; cu: number; su: number }, at: number): PoolCommand => {
  const rates: Amounts = [step.cu % 4_000, step.su % 4_000, 0];
  switch (step.kind) {
    case 0:
      return credit(at, step.cu, step.su);
    case 1:
      return { type: 'activate', workloadId: step.id, rates, formulaVersion: 2, at };
    case 2:
      return release(at, step.id);
    case 3:
      return { type: 'hold', workloadId: step.id, rates, formulaVersion: 2, horizonSeconds: 60, until: at + 100, at };
    case 4:
      return { type: 'rebase', rates: new Map([[step.id, rates]]), formulaVersion: 3, at };
    default:
      return { type: 'check', at };
  }
};

/** Runs steps, telling of every pool on the way; milliunit-seconds that the rates took in all, by dimension. */
const walk = (
  list: readonly { wait: number; kind: number; id: number; cu: number; su: number }[],
  see: (before: Pool, pool: Pool) => void,
) => {
  let pool = after(OPEN);
  let clock = T;
  const log: PoolEvent[] = [];
  for (const step of list) {
    clock += step.wait;
    const before = pool;
    const { events, pool: next } = execute(pool, commandOf(step, clock));
    log.push(...events);
    pool = next;
    see(before, pool);
  }
  return { pool, log };
};

describe('whatever happens to a pool (§13.3)', () => {
  it('balances and rates add up, ids are unique, time never goes back', () => {
    fc.assert(
      fc.property(steps, list => {
        const used = { cu: 0n, su: 0n, ipv4u: 0n };
        walk(list, (before, pool) => {
          for (const dimension of DIMENSIONS) {
            used[dimension] += BigInt(of(before.rates, dimension)) * BigInt(pool.asOf - before.asOf);
            const rates = [...pool.members.entries()].reduce((sum, [, member]) => sum + BigInt(of(member.rates, dimension)), 0n);
            expect(BigInt(of(pool.rates, dimension))).toBe(rates);
            expect(of(pool.balance, dimension) >= 0).toBe(true);
            const drained = used[dimension] - BigInt(of(pool.unfunded, dimension));
            expect(BigInt(of(pool.credited, dimension))).toBe(BigInt(of(pool.balance, dimension)) + drained);
          }
          expect(pool.members.keys().some(member => pool.holds.has(member))).toBe(false);
          expect(pool.asOf).toBeGreaterThanOrEqual(before.asOf);
          expect(pool.lastAt).toBeGreaterThanOrEqual(before.lastAt);
          expect([pool.id, pool.owner, pool.sponsor]).toEqual([1, 11, 0]);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('a replay gives the same pool, and further settlings change nothing else', () => {
    fc.assert(
      fc.property(steps, fc.nat(1_000), fc.nat(1_000), (list, first, second) => {
        const { pool, log } = walk(list, () => undefined);
        const replayed = log.reduce<Pool | undefined>(evolvePool, after(OPEN));
        expect(replayed).toEqual(pool);
        const at = pool.asOf + first + second;
        expect(settledAt(settledAt(pool, pool.asOf + first), at).balance).toEqual(settledAt(pool, at).balance);
        expect(settledAt(settledAt(pool, pool.asOf + first), at).unfunded).toEqual(settledAt(pool, at).unfunded);
      }),
      { numRuns: 100 },
    );
  });

  it('adding and removing in the same second leaves everything as it was', () => {
    fc.assert(
      fc.property(steps, list => {
        const { pool } = walk(list, () => undefined);
        const at = pool.asOf;
        if (pool.lastAt > at) return;
        const touched = [credit(at, 0), add(at, 99, 5)].reduce((seen, command) => execute(seen, command).pool, pool);
        const back = execute(touched, release(at, 99)).pool;
        const still = execute(pool, credit(at, 0)).pool;
        expect([back.balance, back.rates, back.emptyAt]).toEqual([still.balance, still.rates, still.emptyAt]);
      }),
      { numRuns: 100 },
    );
  });
});
