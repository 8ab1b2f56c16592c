import { nextDue, payoutsOwedBy, refundable, type Amounts, type PoolCommand } from '../../src/domain/index.js';
import { activate, buy, check, credit, open, Pools, release, T, units } from './pools.js';

const refund = (at: number, refundId: string, amounts: Amounts | 'all'): PoolCommand => ({ type: 'refund', refundId, amounts, at });

const reverse = (at: number, reservationId: number): PoolCommand => ({ type: 'reverse-payment', reservationId, at });

/** Two lots of 3,600 CU·s, of which 4,000.5 have drained. */
const example = (): Pools =>
  new Pools().given(1, open(1), buy(T, 41, units(3_600)), buy(T, 42, units(3_600)), activate(T, 5, units(0.5)), release(T + 8_001, 5));

describe('lots (§15.10)', () => {
  it('drain oldest first and are given back in whole units: 3,199 of 3,199.5', () => {
    const pools = example();
    expect(pools.pool(1).balance).toEqual(units(3_199.5));
    expect(refundable(pools.pool(1), T + 8_001)).toEqual(units(3_199));
    expect(pools.execute(1, refund(T + 8_001, 'r', units(3_200))).refused).toBe('CAPACITY_INSUFFICIENT');
    expect(pools.execute(1, refund(T + 8_001, 'r', 'all')).events).toMatchObject([
      { type: 'capacity-refunded', cause: 'requested', amounts: units(3_199), lots: [{ reservationId: 42, payment: 3_199n }] },
    ]);
    expect(pools.pool(1)).toMatchObject({ balance: units(0.5), flows: { refunded: units(3_199) } });
  });

  it('are given back newest first', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, units(100)), credit(T, units(7)), buy(T, 42, units(100)));
    expect(pools.execute(1, refund(T, 'r', units(150))).events).toMatchObject([
      {
        lots: [
          { reservationId: 42, amounts: units(100), payment: 100n },
          { reservationId: 41, amounts: units(50), payment: 50n },
        ],
      },
    ]);
    expect(refundable(pools.pool(1), T)).toEqual(units(50));
    expect(pools.execute(1, refund(T, 'r2', 'all')).events).toMatchObject([{ lots: [{ reservationId: 41, payment: 50n }] }]);
    expect(pools.pool(1).balance).toEqual(units(7));
    expect(pools.execute(1, refund(T, 'r3', 'all')).refused).toBe('NO_EFFECT');
  });

  it('leave a runway of more than 120 s', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, units(1_000)), activate(T, 5, units(2)));
    expect(refundable(pools.pool(1), T)).toEqual(units(758));
  });

  it('are given back once, and owed until they are paid', () => {
    const pools = example().given(1, refund(T + 8_001, 'r', units(10)), refund(T + 8_001, 'r', units(10)));
    expect(payoutsOwedBy(pools.pool(1))).toEqual([{ refundId: 'r', reservationId: 42, asset: 'TFT:ISSUER', amount: 10n }]);
    pools.given(1, { type: 'confirm-payout', refundId: 'r', at: T + 9_000 }, { type: 'confirm-payout', refundId: 'r', at: T + 9_000 });
    expect(payoutsOwedBy(pools.pool(1))).toEqual([]);
    expect(pools.pool(1).balance).toEqual(units(3_189.5));
  });

  it('are worth what was paid for them, to the last ten-millionth', () => {
    const bought = { asset: 'A', amount: 1_001n, prices: [385n, 308n, 231n] } as const;
    const paid: PoolCommand = { type: 'credit', source: { reservationId: 9 }, amounts: units(7, 5), nodeIds: [], bought, at: T };
    const pools = new Pools().given(1, open(1), paid, refund(T, 'a', units(3, 1)), refund(T, 'b', units(4, 4)));
    expect(payoutsOwedBy(pools.pool(1)).reduce((sum, { amount }) => sum + amount, 0n)).toBe(1_001n);
  });

  it('of a reversed payment are taken back even if that empties the pool', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, units(3_600)), buy(T, 42, units(3_600)), activate(T, 5, units(1)));
    const { events } = pools.execute(1, reverse(T + 4_000, 41));
    expect(events).toMatchObject([{ cause: 'payment-reversed', amounts: units(3_200), lots: [{ reservationId: 41, payment: 0n }] }]);
    expect(pools.pool(1)).toMatchObject({ balance: units(0), emptyAt: T + 4_000 });
    expect(pools.execute(1, check(T + 4_000)).events).toMatchObject([{ type: 'dimension-exhausted' }, { type: 'decommission-requested' }]);
    expect(pools.execute(1, reverse(T + 4_001, 41)).events).toEqual([]);
    expect(pools.execute(1, reverse(T + 4_001, 99)).refused).toBe('LOT_NOT_FOUND');
  });

  it('of a reversed payment leave the others untouched', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, units(100)), buy(T, 42, units(60)), reverse(T, 41));
    expect(pools.pool(1).balance).toEqual(units(60));
    expect(refundable(pools.pool(1), T)).toEqual(units(60));
  });

  it('stay lots in another pool', () => {
    const send: PoolCommand = {
      type: 'transfer-out',
      transferId: 't',
      peer: 2,
      amounts: units(4_000),
      workloadIds: [],
      isConsented: false,
      at: T,
    };
    const pools = new Pools()
      .given(1, open(1), buy(T, 41, units(3_600)), buy(T, 42, units(3_600)))
      .given(2, open(2))
      .given(1, send)
      .settle(T);
    expect(refundable(pools.pool(2), T)).toEqual(units(4_000));
    pools.given(2, refund(T, 'r', 'all')).given(1, refund(T, 'r', 'all'));
    const payouts = pools.all().flatMap(payoutsOwedBy);
    expect(payouts.map(({ reservationId, amount }) => [reservationId, amount])).toEqual([
      [42, 3_200n],
      [42, 400n],
      [41, 3_600n],
    ]);
  });
});

describe('lots with an end (§15.11)', () => {
  const gift = (at: number, amounts: Amounts, expiresAt: number): PoolCommand => ({
    type: 'credit',
    source: { cause: 'gift' },
    amounts,
    nodeIds: [],
    expiresAt,
    at,
  });

  it('are gone at their instant, whoever notices', () => {
    const pools = new Pools().given(1, open(1), gift(T, units(1_000), T + 600), credit(T, units(500)), activate(T, 5, units(1)));
    expect(nextDue(pools.pool(1))).toBe(T + 600);
    const late = pools.execute(1, credit(T + 700, units(1)));
    expect(late.events[0]).toMatchObject({ type: 'lots-expired', at: T + 600, amounts: units(400) });
    expect(pools.pool(1)).toMatchObject({ balance: units(401), flows: { forfeited: units(400) }, emptyAt: T + 1_101 });
  });

  it('expire before it is seen that the pool is empty', () => {
    const pools = new Pools().given(1, open(1), gift(T, units(1_000), T + 600), activate(T, 5, units(1)), check(T + 600));
    expect(pools.log.map(([, { type }]) => type).slice(-3)).toEqual(['lots-expired', 'dimension-exhausted', 'decommission-requested']);
  });

  it('expire in the pool that they were sent to', () => {
    const send: PoolCommand = {
      type: 'transfer-out',
      transferId: 't',
      peer: 2,
      amounts: units(1_000),
      workloadIds: [],
      isConsented: false,
      at: T,
    };
    const pools = new Pools()
      .given(1, open(1), gift(T, units(1_000), T + 600))
      .given(2, open(2))
      .given(1, send)
      .settle(T);
    expect(pools.given(2, check(T + 600)).pool(2)).toMatchObject({ balance: units(0), flows: { forfeited: units(1_000) } });
  });

  it('are refused when they would be gone already', () => {
    expect(new Pools().given(1, open(1)).execute(1, gift(T, units(1), T)).refused).toBe('LOT_EXPIRED');
  });
});
