import { HOUR_MS, MINUTE_MS } from '@drawdown/calendar';
import fc from 'fast-check';
import { MinuteSums, WarmBalance, balanceWindows, nextChangeAt, type MeteredEntitlement } from '../../src/domain/index.js';
import { S, grantsUpTo, instantBetween, intervals } from './arbitrary.js';

const entitlements: fc.Arbitrary<MeteredEntitlement> = fc
  .record({ grants: grantsUpTo(6), interval: intervals, anchor: instantBetween(-30, 50), preserveOverageAtReset: fc.boolean() })
  .map(({ grants, interval, anchor, preserveOverageAtReset }) => ({
    id: 'e',
    measureUsageFrom: S,
    usagePeriod: { interval, anchor },
    resets: [],
    preserveOverageAtReset,
    isSoftLimit: false,
    grants,
  }));

describe('the next change', () => {
  it('is the next boundary of a balance that is kept warm', () => {
    fc.assert(
      fc.property(entitlements, instantBetween(0, 36), (entitlement, now) => {
        const warm = new WarmBalance(entitlement, new MinuteSums(), now);
        expect(nextChangeAt(entitlement, now)).toBe(warm.nextBoundaryAt);
      }),
    );
  });

  it('leaves balances alone until it comes, without usage', () => {
    fc.assert(
      fc.property(entitlements, instantBetween(0, 36), (entitlement, now) => {
        const warm = new WarmBalance(entitlement, new MinuteSums(), now);
        const before = warm.current();
        warm.advance(nextChangeAt(entitlement, now) - MINUTE_MS);
        expect(warm.current()).toEqual(before);
      }),
    );
  });
});

describe('windows', () => {
  const entitlement: MeteredEntitlement = {
    id: 'e',
    measureUsageFrom: S,
    usagePeriod: { interval: { years: 1, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 }, anchor: S },
    resets: [],
    preserveOverageAtReset: false,
    isSoftLimit: false,
    grants: [],
  };

  it.each([
    ['before_start_of_measurement', S - HOUR_MS, S + HOUR_MS],
    ['windows_empty', S + HOUR_MS, S + HOUR_MS],
    ['windows_too_many', S, S + 2_001 * HOUR_MS],
  ])('are refused: %s', (rule, from, to) => {
    const ask = (): unknown => balanceWindows(entitlement, new MinuteSums(), { from, to, size: 'HOUR' });
    expect(ask).toThrow(expect.objectContaining({ reason: 'VALIDATION', metadata: expect.objectContaining({ rule }) as unknown }) as Error);
  });

  it('have a limit that an answer may just reach', () => {
    expect(balanceWindows(entitlement, new MinuteSums(), { from: S, to: S + 2_000 * HOUR_MS, size: 'HOUR' })).toHaveLength(2_000);
  });
});
