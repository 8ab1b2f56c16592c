import fc from 'fast-check';
import {
  ADMISSION_HORIZON_SECONDS,
  compareWithinSecond,
  DIMENSIONS,
  evolvePool,
  nextDue,
  of,
  orderCommands,
  segmentOf,
  settledAt,
  type Amounts,
  type Member,
  type Pool,
  type PoolCommand,
  type PoolEvent,
} from '../../src/domain/index.js';
import { add, after, check, credit, execute, OPEN, plain, policy, release, T } from './given.js';

const KINDS = 15;

const amount = fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.constant(0));

const step = fc.record({
  wait: fc.integer({ min: -5, max: 400 }),
  kind: fc.nat(KINDS - 1),
  id: fc.integer({ min: 1, max: 8 }),
  cu: amount,
  su: amount,
  isLarge: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const steps = fc.array(step, { maxLength: 40 });

/** Beyond what a double holds exactly. */
const LARGE = 9_007_199_254_740_993n;

const commandOf = ({ kind, id, cu, su, isLarge }: Step, at: number): PoolCommand => {
  const rates: Amounts = [cu % 4_000, su % 4_000, 0];
  const workload = { workloadId: id, rates, formulaVersion: 2 };
  switch (kind) {
    case 0:
      return credit(at, isLarge ? LARGE : cu, su);
    case 1:
      return { type: 'credit', source: { reservationId: id }, amounts: [cu, su, cu], nodeIds: [], at };
    case 2:
    case 3:
      return { type: 'activate', ...workload, priority: su % 3, at };
    case 4:
      return release(at, id);
    case 5:
      return { type: 'hold', ...workload, horizonSeconds: cu % 300, until: at + 100, at };
    case 6:
      return { type: 'hold', ...workload, runForSeconds: su % 900, until: at + 100, at };
    case 7:
      return { type: 'replace', ...workload, replacedId: (id % 8) + 1, horizonSeconds: 60, until: at + 100, at };
    case 8:
      return {
        type: 'hold-all',
        workloads: [id, id + 8].map(each => ({ ...workload, workloadId: each, horizonSeconds: 60 })),
        until: at + 50,
        at,
      };
    case 9:
      return { type: 'rebase', rates: new Map([[id, rates]]), formulaVersion: 3, at };
    case 10:
      return { type: isLarge ? 'pause' : 'resume', cause: 'test', at };
    case 11:
      return { type: isLarge ? 'pause-workloads' : 'resume-workloads', workloadIds: [id], at };
    case 12:
      return policy(
        {
          graceSeconds: cu % 300,
          suspendsInGrace: isLarge,
          unfundedCaps: [su % 2 === 0 ? su : undefined, undefined, undefined],
          topUp: {
            belowSeconds: 60,
            amounts: [60_000, 0, 0],
            periodSeconds: 3_600,
            purchasesPerPeriodMax: 2,
            balanceMax: [9_000_000, 0, 0],
          },
        },
        at,
      );
    case 13:
      return { type: 'end-top-up', topUpId: id, cause: isLarge ? 'credited' : 'failed', at };
    default:
      return check(at);
  }
};

interface Seen {
  readonly before: Pool;
  readonly pool: Pool;
  readonly events: readonly PoolEvent[];
  readonly command: PoolCommand;
}

const walk = (
  list: readonly Step[],
  see: (seen: Seen) => void = () => undefined,
): { readonly pool: Pool; readonly log: readonly PoolEvent[] } => {
  let pool = after(OPEN);
  let clock = T;
  const log: PoolEvent[] = [];
  for (const each of list) {
    clock += each.wait;
    const command = commandOf(each, clock);
    const { events, pool: next } = execute(pool, command);
    log.push(...events);
    see({ before: pool, pool: next, events, command });
    pool = next;
  }
  return { pool, log };
};

const sum = (values: readonly (number | bigint)[]): bigint => values.reduce<bigint>((total, value) => total + BigInt(value), 0n);

const membersOf = (pool: Pool, is: (member: Member) => boolean): Member[] =>
  [...pool.members.entries()].map(([, member]) => member).filter(is);

describe('whatever happens to a pool (§13.3)', () => {
  it('balances and rates add up, ids are unique, time never goes back', () => {
    fc.assert(
      fc.property(steps, list => {
        walk(list, ({ before, pool }) => {
          for (const dimension of DIMENSIONS) {
            const rate = (members: readonly Member[]): bigint => sum(members.map(({ rates }) => of(rates, dimension)));
            expect(BigInt(of(pool.rates, dimension))).toBe(rate(membersOf(pool, member => !member.isSuspended && !member.isPaused)));
            expect(BigInt(of(pool.pausedRates, dimension))).toBe(rate(membersOf(pool, member => !member.isSuspended && member.isPaused)));
            expect(BigInt(of(pool.heldRates, dimension))).toBe(sum([...pool.holds.entries()].map(([, { rates }]) => of(rates, dimension))));
            expect(of(pool.balance, dimension) >= 0).toBe(true);
          }
          expect(pool.members.keys().some(member => pool.holds.has(member))).toBe(false);
          expect(pool.asOf).toBeGreaterThanOrEqual(before.asOf);
          expect(pool.lastAt).toBeGreaterThanOrEqual(before.lastAt);
          expect([pool.id, pool.namespace, pool.owner, pool.sponsor]).toEqual([1, 'shop', 11, 0]);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('credits are what is left and what was drained, event by event; segments say when', () => {
    fc.assert(
      fc.property(steps, list => {
        const drained = [0n, 0n, 0n];
        const unfunded = [0n, 0n, 0n];
        let pool = after(OPEN);
        for (const event of walk(list).log) {
          const next = evolvePool(pool, event);
          const segment = segmentOf(pool, next);
          if (segment !== undefined) {
            expect([segment.from, segment.to]).toEqual([pool.asOf, next.asOf]);
            for (const index of [0, 1, 2] as const) {
              drained[index] = (drained[index] ?? 0n) + BigInt(segment.drained[index]);
              unfunded[index] = (unfunded[index] ?? 0n) + BigInt(segment.unfunded[index]);
              const used = BigInt(segment.rates[index]) * BigInt(segment.to - segment.from);
              expect(BigInt(segment.drained[index]) + BigInt(segment.unfunded[index])).toBe(used);
            }
          }
          pool = next;
        }
        expect(pool.unfunded.map(BigInt)).toEqual(unfunded);
        expect(pool.credited.map(BigInt)).toEqual(pool.balance.map((left, index) => BigInt(left) + (drained[index] ?? 0n)));
      }),
      { numRuns: 100 },
    );
  });

  it('the depletion instant is that of the state alone', () => {
    fc.assert(
      fc.property(steps, list => {
        const { balance, rates, asOf, emptyAt, isPaused } = walk(list).pool;
        const ends = DIMENSIONS.flatMap(dimension => {
          const rate = BigInt(of(rates, dimension));
          return rate === 0n || isPaused ? [] : [BigInt(asOf) + BigInt(of(balance, dimension)) / rate];
        });
        const first = ends.reduce<bigint | undefined>((least, end) => (least === undefined || end < least ? end : least), undefined);
        expect(emptyAt === undefined ? undefined : BigInt(emptyAt)).toBe(first);
      }),
      { numRuns: 100 },
    );
  });

  it('a replay gives the same pool, bit for bit, from wherever it begins, and never changes the one it began with', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (list, cut) => {
        const { pool, log } = walk(list);
        const opened = after(OPEN);
        const snapshots = log.reduce<Pool[]>((pools, event) => [...pools, evolvePool(pools.at(-1), event)], [opened]);
        const plainly = snapshots.map(plain);
        const from = cut % snapshots.length;
        const replayed = log.slice(from).reduce<Pool>(evolvePool, snapshots[from] ?? opened);
        expect(plain(replayed)).toEqual(plain(pool));
        expect(snapshots.map(plain)).toEqual(plainly);
      }),
      { numRuns: 60 },
    );
  });

  it('two settlings are one, and change nothing else', () => {
    fc.assert(
      fc.property(steps, fc.nat(1_000), fc.nat(1_000), (list, first, second) => {
        const { pool } = walk(list);
        const at = pool.asOf + first + second;
        expect(plain(settledAt(settledAt(pool, pool.asOf + first), at))).toEqual(plain(settledAt(pool, at)));
        expect(settledAt(pool, at)).toMatchObject({ emptyAt: pool.emptyAt, rates: pool.rates });
      }),
      { numRuns: 100 },
    );
  });

  it('adding and removing in the same second leaves everything as it was', () => {
    fc.assert(
      fc.property(steps, fc.nat(3_000), (list, rate) => {
        const { pool } = walk(list);
        const at = pool.lastAt;
        const still = execute(pool, credit(at, 0)).pool;
        const back = [add(at, 99, rate, rate), release(at, 99)].reduce((seen, command) => execute(seen, command).pool, still);
        expect([back.balance, back.rates, back.emptyAt, back.members, back.decommissions]).toEqual([
          still.balance,
          still.rates,
          still.emptyAt,
          still.members,
          still.decommissions,
        ]);
      }),
      { numRuns: 100 },
    );
  });

  it('a reservation credits once', () => {
    fc.assert(
      fc.property(steps, list => {
        const { log } = walk(list);
        const credited = log.flatMap(event =>
          event.type === 'capacity-credited' && 'reservationId' in event.source ? [event.source.reservationId] : [],
        );
        expect(new Set(credited).size).toBe(credited.length);
      }),
      { numRuns: 50 },
    );
  });

  it('whoever was held has the room that was asked for, with everything that is held counted as active', () => {
    fc.assert(
      fc.property(steps, list => {
        walk(list, ({ pool, events, command }) => {
          if (command.type !== 'hold' || command.horizonSeconds === undefined || !events.some(({ type }) => type === 'workload-held'))
            return;
          const { balance } = settledAt(pool, pool.lastAt);
          for (const dimension of DIMENSIONS) {
            if (of(command.rates, dimension) === 0) continue;
            const rate = sum([of(pool.rates, dimension), of(pool.pausedRates, dimension), of(pool.heldRates, dimension)]);
            expect(BigInt(of(balance, dimension)) / rate > BigInt(command.horizonSeconds)).toBe(true);
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it('comes to the same whether a timer ticked at every due second or nobody looked', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3_000 }), (list, wait) => {
        const { pool } = walk(list);
        const at = pool.lastAt + wait;
        let ticked = pool;
        for (let due = nextDue(ticked); due !== undefined && due < at; due = nextDue(ticked))
          ticked = execute(ticked, check(Number(due))).pool;
        expect(plain(execute(ticked, credit(at, 5)).pool)).toEqual(plain(execute(pool, credit(at, 5)).pool));
        expect(execute(pool, check(at)).events.every(event => event.at <= at)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('a check leaves nothing due, and a second one finds nothing', () => {
    fc.assert(
      fc.property(steps, fc.nat(2_000), (list, wait) => {
        const { pool } = walk(list);
        const at = pool.lastAt + wait;
        const checked = execute(pool, check(at)).pool;
        // Grace of 0 s, which begins and ends in this second, is over in the next: until then a credit saves.
        expect(execute(checked, check(at + 1)).events.every(event => event.at >= at)).toBe(true);
        const again = execute(execute(checked, check(at)).pool, check(at));
        expect(again.events).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the order within a second (§13.6)', () => {
  const held = (id: string, type: PoolCommand['type']) => ({ id, type });

  it('is what helps, the check, what costs, and by id within', () => {
    const commands = [
      held('b', 'activate'),
      held('a', 'hold'),
      held('z', 'check'),
      held('d', 'release'),
      held('c', 'credit'),
      held('e', 'pause'),
      held('f', 'resume'),
      held('y', 'open'),
    ];
    const expected = ['y', 'c', 'd', 'e', 'z', 'a', 'b', 'f'];
    expect(orderCommands(commands, command => command).map(({ id }) => id)).toEqual(expected);
    expect(orderCommands([...commands].reverse(), command => command).map(({ id }) => id)).toEqual(expected);
    expect(compareWithinSecond(held('a', 'credit'), held('a', 'credit'))).toBe(0);
  });

  it('saves whom a credit in the second of the exhaustion can save', () => {
    const pool = after(OPEN, credit(T, 100_000), add(T, 1, 1_000));
    const commands = [held('3', 'check'), held('1', 'credit')];
    const byType = { check: check(T + 100), credit: credit(T + 100, ADMISSION_HORIZON_SECONDS * 1_000) };
    const end = orderCommands(commands, command => command).reduce(
      (seen, { type }) => execute(seen, type === 'check' ? byType.check : byType.credit).pool,
      pool,
    );
    expect([end.exhausted, end.decommissions.size]).toEqual([[], 0]);
  });
});
