import fc from 'fast-check';
import {
  DIMENSIONS,
  evolvePool,
  of,
  settledAt,
  type Amounts,
  type Dimension,
  type Pool,
  type PoolCommand,
  type PoolEvent,
} from '../../src/domain/index.js';
import { activate, buy, check, credit, open, Pools, release, T, units } from './pools.js';

/** What happens next: somebody asks for something, or a message travels, in time or not. */
interface Step {
  readonly wait: number;
  readonly pool: number;
  readonly peer: number;
  readonly kind: number;
  readonly id: number;
  readonly cu: number;
  readonly su: number;
  /** Which of the messages, how much later than its pool's clock, and whether its answer is lost. */
  readonly message: number;
  readonly losesAnswer: boolean;
}

const stepsOf = (kinds: number, pools: number, length: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
      pool: fc.integer({ min: 1, max: pools }),
      peer: fc.integer({ min: 1, max: pools }),
      kind: fc.integer({ min: 0, max: kinds - 1 }),
      id: fc.integer({ min: 1, max: 6 }),
      cu: fc.integer({ min: 0, max: 2_000 }),
      su: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500 })),
      message: fc.nat(50),
      losesAnswer: fc.boolean(),
    }),
    { minLength: length / 2, maxLength: length, size: 'max' },
  );

/** What was drained of each pool by its own account, in all, followed event by event. */
class Books {
  readonly #pools = new Map<number, Pool>();
  readonly #drained = new Map<number, Record<Dimension, bigint>>();
  #read = 0;

  follow(log: readonly (readonly [number, PoolEvent])[]): void {
    for (const [id, event] of log.slice(this.#read)) this.#apply(id, event);
    this.#read = log.length;
  }

  drained(id: number, dimension: Dimension): bigint {
    return this.#drained.get(id)?.[dimension] ?? 0n;
  }

  replayed(id: number): Pool | undefined {
    return this.#pools.get(id);
  }

  #apply(id: number, event: PoolEvent): void {
    const before = this.#pools.get(id);
    const after = evolvePool(before, event);
    this.#pools.set(id, after);
    const drained = this.#drained.get(id) ?? { cu: 0n, su: 0n, ipv4u: 0n };
    this.#drained.set(id, drained);
    if (before === undefined) return;
    const settled = settledAt(before, after.asOf);
    for (const dimension of DIMENSIONS) {
      drained[dimension] += BigInt(of(before.balance, dimension)) - BigInt(of(settled.balance, dimension));
      if ('charged' in event) drained[dimension] += BigInt(of(event.charged, dimension));
    }
  }
}

const sumOf = (amounts: readonly Amounts[], dimension: Dimension): bigint =>
  amounts.reduce((total, each) => total + BigInt(of(each, dimension)), 0n);

/** What is wrong with a pool by capacity §13.3, invariants 1 and 3. */
const faultsIn = (pool: Pool, books: Books, dimension: Dimension): readonly string[] => {
  const { flows, balance, credited, unfunded } = pool;
  const came = sumOf([credited, flows.transferredIn], dimension);
  const went = sumOf([balance, flows.transferredOut, flows.refunded, flows.forfeited], dimension) + books.drained(pool.id, dimension);
  const members = [...pool.members.entries()].map(([, { rates }]) => rates);
  const rules: Readonly<Record<string, boolean>> = {
    [`${came} came and ${went} is accounted for`]: came === went,
    'less than nothing is left': of(balance, dimension) >= 0 && of(unfunded, dimension) >= 0,
    'the rates are not those of the members': sumOf(members, dimension) === sumOf([pool.rates], dimension),
    'lots do not lie in a line': areInLine(pool, dimension),
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`pool ${pool.id}, ${dimension}: ${rule}`]));
};

/** Lots lie one after the other on the line and end with it. */
const areInLine = ({ lots, credited }: Pool, dimension: Dimension): boolean => {
  let end = 0n;
  for (const [, lot] of lots.byNumber.entries()) {
    if (BigInt(of(lot.start, dimension)) < end || of(lot.end, dimension) < of(lot.start, dimension)) return false;
    end = BigInt(of(lot.end, dimension));
  }
  return end <= sumOf([credited, lots.shift], dimension);
};

/** Transfers of a pool that have not arrived: one may have, and its pool may not have heard of it. */
const onItsWay = (pools: Pools, pool: Pool): readonly Amounts[] =>
  pool.transfers.pending
    .filter(
      ({ transferId, peer }) =>
        pools
          .all()
          .find(({ id }) => id === peer)
          ?.transfers.byId.get(transferId)?.status !== 'arrived',
    )
    .map(({ amounts }) => amounts);

/** That nothing is lost or made, in any pool and on the way between them. */
const expectSound = (pools: Pools, books: Books): void => {
  books.follow(pools.recorded);
  const all = pools.all();
  const faults = DIMENSIONS.flatMap(dimension => {
    const left = sumOf(
      all.map(({ flows }) => flows.transferredOut),
      dimension,
    );
    const arriving = [...all.map(({ flows }) => flows.transferredIn), ...all.flatMap(pool => onItsWay(pools, pool))];
    const onTheWay = left === sumOf(arriving, dimension) ? [] : [`${dimension}: ${left} left and ${sumOf(arriving, dimension)} arrived`];
    return [...onTheWay, ...all.flatMap(pool => faultsIn(pool, books, dimension))];
  });
  expect(faults).toEqual([]);
};

/** The same events give the same pools, bit for bit. */
const expectReplayed = (pools: Pools, books: Books): void => {
  for (const pool of pools.all()) expect(books.replayed(pool.id)).toEqual(pool);
};

/** A message that is owed, or one that was sent before. */
const travel = (pools: Pools, { message, losesAnswer, kind }: Step, at: number): void => {
  const owed = pools.owed();
  const sent = pools.sent[message % Math.max(1, pools.sent.length)];
  const next = owed[message % Math.max(1, owed.length)];
  if (kind % 2 === 0 && sent !== undefined) pools.execute(sent.poolId, { ...sent.command, at: Math.max(sent.command.at, at) });
  else if (next !== undefined) pools.deliver(next[0], next[1], at, losesAnswer);
};

describe('pools that send each other capacity, with messages that come late, twice or not at all (§13.3)', () => {
  const POOLS = 4;

  const commandOf = (step: Step, index: number, at: number): PoolCommand => {
    const { kind, id, cu, su, peer, losesAnswer } = step;
    const amounts = units(cu, su);
    const send = { type: 'transfer-out', transferId: `t${id}-${index}`, peer, amounts, isConsented: false, at } as const;
    switch (kind) {
      case 0:
        return credit(at, amounts);
      case 1:
        return buy(at, index + 1, amounts);
      case 2:
        return { type: 'credit', source: { cause: 'gift' }, amounts, nodeIds: [], expiresAt: at + 1 + cu, at };
      case 3:
        return activate(at, id, [cu, su, 0]);
      case 4:
        return release(at, id);
      case 5:
        return { ...send, workloadIds: [] };
      case 6:
        return { ...send, amounts: units(0, 0), workloadIds: [id] };
      case 7:
        return { type: 'refund', refundId: `r${index}`, amounts: losesAnswer ? 'all' : units(cu % 100), at };
      case 8:
        return { type: 'reverse-payment', reservationId: id * 3, at };
      case 9:
        return id === 1 ? { type: 'merge', mergeId: `m${index}`, into: peer, isConsented: false, at } : check(at);
      default:
        return id === 1 && cu < 200 ? { type: 'close', cause: 'test', at } : check(at);
    }
  };

  it('neither lose nor make any', () => {
    fc.assert(
      fc.property(stepsOf(16, POOLS, 60), steps => {
        const pools = new Pools();
        const books = new Books();
        for (let id = 1; id <= POOLS; id += 1) pools.given(id, open(id), credit(T, units(1_000, 200)));
        let clock = T;
        for (const [index, step] of steps.entries()) {
          clock += step.wait;
          if (step.kind > 10) travel(pools, step, clock);
          else pools.execute(step.pool, commandOf(step, index, clock));
          expectSound(pools, books);
        }
        pools.settle(clock);
        expectSound(pools, books);
        expect(pools.all().flatMap(({ transfers }) => transfers.pending)).toEqual([]);
        expectReplayed(pools, books);
      }),
      { numRuns: 25 },
    );
  });
});

describe('pools that borrow of each other, with messages that come late, twice or not at all (§13.3, §15.8)', () => {
  const POOLS = 5;

  const commandOf = ({ kind, id, cu, su, peer }: Step, pool: Pool, at: number): PoolCommand => {
    const amounts = units(cu, su);
    switch (kind) {
      case 0:
        return credit(at, amounts);
      case 1:
      case 2:
        return activate(at, id, [cu * 2, su, 0]);
      case 3:
        return release(at, id);
      case 4:
      case 5:
        return { type: 'borrow', parent: peer, limit: amounts, isConsented: false, at };
      case 6:
        return id === 1 ? { type: 'end-borrowing', at } : check(at);
      case 7:
        return { type: 'set-policy', policy: { ...pool.policy, lendingLimit: id < 3 ? undefined : amounts }, at };
      default:
        return check(at);
    }
  };

  /** Lets everything come to rest at one instant: all is heard, and nothing is due. */
  const rest = (pools: Pools, at: number): void => {
    for (let round = 0; round < 8; round += 1) {
      for (const { id } of pools.all()) pools.execute(id, check(at));
      pools.settle(at);
    }
  };

  /** Nobody is above itself, and nobody is too deep. */
  const expectTree = (pools: Pools): void => {
    for (const pool of pools.all()) {
      let level = 0;
      for (let { borrowing } = pool; borrowing?.status === 'joined'; { borrowing } = pools.pool(borrowing.parent)) level += 1;
      expect(level).toBeLessThan(8);
    }
  };

  it('agree on what is owed as soon as they have heard of each other, and nothing is lost', () => {
    fc.assert(
      fc.property(stepsOf(14, POOLS, 60), steps => {
        const pools = new Pools();
        const books = new Books();
        for (let id = 1; id <= POOLS; id += 1) pools.given(id, open(id), credit(T, units(id * 100, 200)));
        pools.given(2, { type: 'borrow', parent: 1, limit: units(500, 100), isConsented: false, at: T });
        pools.given(3, { type: 'borrow', parent: 1, limit: units(500, 100), isConsented: false, at: T }).settle(T);
        pools.given(4, { type: 'borrow', parent: 2, limit: units(500, 100), isConsented: false, at: T }).settle(T);
        let clock = T;
        for (const step of steps) {
          clock += step.wait;
          if (step.kind > 8) travel(pools, step, clock);
          else pools.execute(step.pool, commandOf(step, pools.pool(step.pool), clock));
          expectSound(pools, books);
          expectTree(pools);
        }
        rest(pools, clock);
        expectSound(pools, books);
        for (const pool of pools.all()) {
          const child = settledAt(pool, clock).borrowing;
          expectReplayed(pools, books);
          if (child === undefined) continue;
          const loan = settledAt(pools.pool(child.parent), clock).lending?.loans.get(pool.id);
          expect({ borrowed: loan?.lent, repaid: loan?.repaid }).toEqual({ borrowed: child.borrowed, repaid: child.repaid });
        }
      }),
      { numRuns: 25 },
    );
  });
});
