import type { Amounts, PoolCommand } from '../../src/domain/index.js';
import { buy, open, Pools, release, activate, T, units } from './pools.js';

/** As much as a dimension holds, in milliunit-seconds. */
const FULL: Amounts = [9_000_000_000_000_000_000n, 0, 0];

const voided = (at: number, reservationId: number): PoolCommand => ({
  type: 'void-credit',
  reservationId,
  code: 'CAPACITY_OVERFLOW',
  at,
});

describe('a credit that was refused for good (§6.6)', () => {
  it('is not taken when a copy of it comes after there is room', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, FULL));
    expect(pools.execute(1, buy(T, 42, units(1))).refused).toBe('CAPACITY_OVERFLOW');
    pools.given(1, voided(T, 42), activate(T, 5, units(1)), release(T + 10, 5));
    expect(pools.execute(1, buy(T + 20, 42, units(1))).refused).toBe('CAPACITY_OVERFLOW');
    expect(pools.execute(1, voided(T + 20, 42)).events).toEqual([]);
    expect(pools.execute(1, buy(T + 20, 43, units(1))).refused).toBeUndefined();
  });

  it('cannot be refused any more once it is taken', () => {
    const pools = new Pools().given(1, open(1), buy(T, 41, units(1)));
    expect(pools.execute(1, voided(T, 41)).refused).toBe('RESERVATION_CREDITED');
  });
});
