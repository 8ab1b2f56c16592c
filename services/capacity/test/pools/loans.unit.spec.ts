import { settledAt, type Amounts, type Pool, type PoolCommand } from '../../src/domain/index.js';
import { activate, check, credit, open, Pools, release, T, units } from './pools.js';

const borrow = (at: number, parent: number, limit: Amounts): PoolCommand => ({ type: 'borrow', parent, limit, isConsented: false, at });

/** Pool 1 lends 10,000 CU·s; pool 2 has 1,000 and drains 1 CU. */
const pair = (limit = units(2_000), lendingLimit?: Amounts): Pools => {
  const pools = new Pools().given(1, open(1), credit(T, units(10_000))).given(2, open(2), credit(T, units(1_000)));
  if (lendingLimit !== undefined) pools.given(1, { type: 'set-policy', policy: { ...pools.pool(1).policy, lendingLimit }, at: T });
  return pools
    .given(2, borrow(T, 1, limit))
    .settle(T)
    .given(2, activate(T, 5, units(1)))
    .settle(T);
};

const debt = ({ borrowing }: Pool): number => Number(borrowing?.borrowed[0] ?? 0) - Number(borrowing?.repaid[0] ?? 0);

const lent = ({ lending }: Pool, child: number): number => {
  const loan = lending?.loans.get(child);
  return Number(loan?.lent[0] ?? 0) - Number(loan?.repaid[0] ?? 0);
};

describe('a pool that borrows (§15.8)', () => {
  it('drains its own balance first, then its parent, exactly', () => {
    const pools = pair();
    expect(pools.pool(2)).toMatchObject({ emptyAt: T + 3_000, borrowing: { status: 'joined', level: 1 } });
    expect(pools.pool(1).emptyAt).toBeUndefined();
    expect(settledAt(pools.pool(1), T + 1_000).balance).toEqual(units(10_000));
    expect(settledAt(pools.pool(2), T + 1_000)).toMatchObject({ balance: units(0), borrowing: { borrowed: units(0) } });
    expect(settledAt(pools.pool(1), T + 1_600).balance).toEqual(units(9_400));
    expect(settledAt(pools.pool(2), T + 1_600)).toMatchObject({
      balance: units(0),
      borrowing: { borrowed: units(600) },
      unfunded: units(0),
    });
    expect(settledAt(pools.pool(1), T + 9_000).balance).toEqual(units(8_000));
    expect(settledAt(pools.pool(2), T + 3_005)).toMatchObject({ borrowing: { borrowed: units(2_000) }, unfunded: units(5) });
  });

  it('borrows no more than its parent lends in all: empty at T+2500, and 8,500 are left', () => {
    const pools = pair(units(2_000), units(1_500));
    expect(pools.pool(2).emptyAt).toBe(T + 2_500);
    expect(settledAt(pools.pool(1), T + 2_500).balance).toEqual(units(8_500));
    pools.given(2, check(T + 2_500));
    expect(pools.log.at(-2)).toMatchObject([2, { type: 'dimension-exhausted', dueAt: T + 2_500 }]);
  });

  it('keeps the remainder that pays for no further second', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(10_000))).given(2, open(2), credit(T, units(100)));
    pools.given(2, borrow(T, 1, units(300)), activate(T, 5, units(3))).settle(T);
    expect(pools.pool(2).emptyAt).toBe(T + 133);
    expect(settledAt(pools.pool(2), T + 50)).toMatchObject({ balance: units(1), borrowing: { borrowed: units(51) } });
    expect(settledAt(pools.pool(1), T + 50).balance).toEqual(units(9_949));
  });

  it('charges at once what was used before its parent heard of it', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(10_000))).given(2, open(2), credit(T, units(1_000)));
    pools
      .given(2, borrow(T, 1, units(5_000)))
      .settle(T)
      .given(2, activate(T, 5, units(1)))
      .settle(T);
    pools.given(2, activate(T + 1_100, 6, units(4)));
    pools.settle(T + 1_200);
    expect(pools.log.findLast(([, { type }]) => type === 'loan-scheduled')).toMatchObject([1, { charged: units(400) }]);
    expect(pools.pool(1).balance).toEqual(units(9_400));
    expect(settledAt(pools.pool(2), T + 1_200).borrowing?.borrowed).toEqual(units(600));
    pools.given(2, release(T + 1_300, 6)).settle(T + 1_400);
    expect(pools.log.findLast(([, { type }]) => type === 'loan-scheduled')).toMatchObject([1, { charged: units(-400) }]);
    expect(settledAt(pools.pool(1), T + 1_400).balance).toEqual(units(8_800));
    expect(settledAt(pools.pool(2), T + 1_400).borrowing?.borrowed).toEqual(units(1_200));
  });

  it('pays back from its credits first', () => {
    const pools = pair().given(2, credit(T + 1_600, units(250)));
    expect(pools.pool(2).balance).toEqual(units(0));
    pools.settle(T + 1_600);
    expect(pools.pool(1).balance).toEqual(units(9_650));
    expect([debt(pools.pool(2)), lent(pools.pool(1), 2)]).toEqual([350_000, 350_000]);
    expect(pools.pool(2).emptyAt).toBe(T + 1_600 + 1_650);
    pools.given(2, credit(T + 1_700, units(1_000))).settle(T + 1_700);
    expect([debt(pools.pool(2)), lent(pools.pool(1), 2)]).toEqual([0, 0]);
    expect(pools.pool(2)).toMatchObject({ balance: units(550), emptyAt: T + 1_700 + 550 + 2_000 });
    expect(pools.pool(1)).toMatchObject({ balance: units(10_000), flows: { transferredIn: units(700) } });
  });

  it('is told by its parent, which runs empty, that there is nothing to borrow any more', () => {
    const pools = pair().given(1, activate(T, 7, units(4)));
    // 10,000 at 4 CU, from T+1000 on at 5 CU: 6,000 last 1,200 s.
    expect(pools.pool(1).emptyAt).toBe(T + 2_200);
    pools.given(1, check(T + 2_200));
    expect(pools.log.at(-3)).toMatchObject([1, { type: 'loan-reclaimed', child: 2, at: T + 2_200 }]);
    pools.settle(T + 2_230).given(2, check(T + 2_230));
    expect(pools.log.filter(([, { type }]) => type === 'borrowing-answered').at(-1)).toMatchObject([
      2,
      { lost: units(30), isCut: [true, false, false] },
    ]);
    expect(pools.pool(2)).toMatchObject({ unfunded: units(30), exhausted: ['cu'] });
    expect([debt(pools.pool(2)), lent(pools.pool(1), 2)]).toEqual([1_200_000, 1_200_000]);
  });

  it('is saved when its parent gets more within its grace', () => {
    const pools = pair().given(1, activate(T, 7, units(4)));
    pools.given(2, { type: 'set-policy', policy: { ...pools.pool(2).policy, graceSeconds: 600 }, at: T }).settle(T);
    pools
      .given(1, check(T + 2_200))
      .settle(T + 2_200)
      .given(2, check(T + 2_200))
      .settle(T + 2_200);
    expect(pools.pool(2).decommissions.size).toBe(1);
    pools.given(1, credit(T + 2_300, units(5_000))).settle(T + 2_300);
    expect(pools.pool(2)).toMatchObject({ exhausted: [], decommissions: { size: 0 } });
    expect(settledAt(pools.pool(2), T + 2_400).borrowing?.borrowed).toEqual(
      settledAt(pools.pool(1), T + 2_400).lending?.loans.get(2)?.lent,
    );
  });

  it('ends the latest loan first, and members last', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(1_000)), activate(T, 7, units(1)));
    for (const [id, own] of [
      [2, 100],
      [3, 200],
    ] as const) {
      pools.given(id, open(id), credit(T, units(own)), borrow(T, 1, units(9_000)), activate(T, 10 + id, units(1)));
    }
    pools.settle(T);
    // 900 are left at T+100, 700 at T+200, and 3 CU take 233 s; the 1 that is left then is enough for one second of one member.
    pools.given(1, check(T + 433));
    expect(pools.log.flatMap(([, event]) => (event.type === 'loan-reclaimed' ? [[event.child, event.at]] : []))).toEqual([
      [3, T + 433],
      [2, T + 433],
    ]);
    expect(pools.pool(1)).toMatchObject({ exhausted: [], balance: units(1), emptyAt: T + 434 });
  });

  it('passes through a pool that borrows itself', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(10_000)));
    pools.given(2, open(2), credit(T, units(500)), borrow(T, 1, units(3_000))).settle(T);
    pools.given(3, open(3), credit(T, units(100)), borrow(T, 2, units(5_000))).settle(T);
    expect(pools.pool(3).borrowing?.level).toBe(2);
    pools.given(3, activate(T, 5, units(1))).settle(T);
    // Own 100, then the 500 of pool 2, then 3,000 of pool 1.
    expect(pools.pool(2).emptyAt).toBe(T + 3_600);
    expect(settledAt(pools.pool(2), T + 600).balance).toEqual(units(0));
    expect(settledAt(pools.pool(1), T + 700).balance).toEqual(units(9_900));
    pools
      .given(2, check(T + 3_600))
      .settle(T + 3_600)
      .given(3, check(T + 3_600));
    expect(pools.pool(3)).toMatchObject({ exhausted: ['cu'], unfunded: units(0) });
    expect(settledAt(pools.pool(1), T + 3_600).balance).toEqual(units(7_000));
  });

  it('leaves when it owes nothing', () => {
    const pools = pair();
    expect(pools.execute(2, { type: 'end-borrowing', at: T + 1_500 }).refused).toBe('LOAN_OUTSTANDING');
    pools.given(2, { type: 'end-borrowing', at: T + 900 }).settle(T + 900);
    expect(pools.pool(2)).toMatchObject({ borrowing: undefined, emptyAt: T + 1_000 });
    expect(pools.pool(1).lending?.loans.size).toBe(0);
    for (const owed of [...pools.sent]) pools.deliver(2, owed, T + 950);
    expect(pools.pool(1).lending?.loans.size).toBe(0);
    pools.given(2, borrow(T + 960, 1, units(10))).settle(T + 960);
    expect(pools.pool(2).emptyAt).toBe(T + 1_010);
  });
});

describe('a tree of pools (§15.8)', () => {
  const chain = (length: number): Pools => {
    const pools = new Pools().given(1, open(1), credit(T, units(100)));
    for (let id = 2; id <= length; id += 1) pools.given(id, open(id), borrow(T, id - 1, units(10))).settle(T);
    return pools;
  };

  it('has at most eight levels', () => {
    const pools = chain(9);
    expect(pools.pool(8).borrowing?.level).toBe(7);
    expect(pools.pool(9).borrowing).toBeUndefined();
    expect(pools.log.at(-1)).toMatchObject([9, { type: 'borrowing-ended', code: 'TREE_TOO_DEEP' }]);
  });

  it('has no loops, also when two pools choose each other at once', () => {
    const pools = chain(3);
    expect(pools.execute(1, borrow(T, 2, units(1))).refused).toBe('TREE_HAS_LOOP');
    expect(pools.execute(1, borrow(T, 3, units(1))).refused).toBe('POOL_HAS_CHILDREN');
    expect(pools.execute(1, borrow(T, 1, units(1))).refused).toBe('TREE_HAS_LOOP');
    pools
      .given(8, open(8), borrow(T, 9, units(1)))
      .given(9, open(9), borrow(T, 8, units(1)))
      .settle(T);
    expect([pools.pool(8).borrowing, pools.pool(9).borrowing].filter(borrowing => borrowing !== undefined).length).toBeLessThan(2);
  });

  it('has one owner, or owners that agree', () => {
    const pools = chain(1)
      .given(2, open(2, T, 12), borrow(T, 1, units(10)))
      .settle(T);
    expect(pools.pool(2).borrowing).toBeUndefined();
    pools.given(2, { ...borrow(T, 1, units(10)), isConsented: true } as PoolCommand).settle(T);
    expect(pools.pool(2).borrowing?.status).toBe('joined');
  });

  it('keeps its pools open, unmerged and with their owner', () => {
    const pools = chain(2);
    expect(pools.execute(1, { type: 'close', cause: 'test', at: T }).refused).toBe('LOAN_OUTSTANDING');
    expect(pools.execute(2, { type: 'close', cause: 'test', at: T }).refused).toBe('LOAN_OUTSTANDING');
    expect(pools.execute(2, { type: 'merge', mergeId: 'm', into: 1, isConsented: false, at: T }).refused).toBe('LOAN_OUTSTANDING');
    expect(pools.execute(2, borrow(T, 7, units(1))).refused).toBe('PARENT_EXISTS');
  });

  it('shares what its first pool lends in the order in which the others joined', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(10_000)));
    pools.given(1, { type: 'set-policy', policy: { ...pools.pool(1).policy, lendingLimit: units(150) }, at: T });
    for (const id of [2, 3, 4]) pools.given(id, open(id), borrow(T, 1, units(100))).settle(T);
    expect([2, 3, 4].map(id => pools.pool(id).borrowing?.granted)).toEqual([units(100), units(50), units(0)]);
    pools.given(1, { type: 'set-policy', policy: { ...pools.pool(1).policy, lendingLimit: units(220) }, at: T }).settle(T);
    expect([2, 3, 4].map(id => pools.pool(id).borrowing?.granted)).toEqual([units(100), units(100), units(20)]);
  });
});
