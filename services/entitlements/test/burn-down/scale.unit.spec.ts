import { DAY_MS, HOUR_MS, MINUTE_MS, parseInterval } from '@drawdown/calendar';
import { ONE, ZERO, parseQuantity } from '@drawdown/quantity';
import { MinuteSums, NO_USAGE, initialSnapshot, newGrant, run, runWithHistory, totalBalance, type Grant } from '../../src/domain/index.js';
import { S } from './arbitrary.js';

/** Sizes of entitlements §17.6 and §20.8: a cost that grows with grants times boundaries would not end in the time a test has. */
describe('scale', () => {
  it('burns 100 000 grants that differ only in expiry strictly by expiry, in whatever order they are passed', () => {
    const count = 100_000;
    const grants = Array.from({ length: count }, (_, index): Grant => {
      const place = (index * 7_919) % count;
      return newGrant({ id: `g${place}`, amount: ONE, effectiveAt: S, expiration: { count: 100 + place, duration: 'HOUR' }, createdAt: S });
    });
    const usage = new MinuteSums();
    usage.add(S + HOUR_MS, 60_000n * ONE);
    const end = run({ grants, start: initialSnapshot(grants, S), until: S + DAY_MS, usage });
    const left = [...end.balances].filter(([, balance]) => balance !== ZERO).map(([id]) => Number(id.slice(1)));
    expect(left).toHaveLength(40_000);
    expect(Math.min(...left.slice(0, 1_000))).toBeGreaterThanOrEqual(60_000);
    expect(left.every(place => place >= 60_000)).toBe(true);
  });

  it('crosses 10 000 resets with kept overage', () => {
    const grants = [newGrant({ id: 'a', amount: 10n * ONE, effectiveAt: S, createdAt: S, resetMinRollover: ONE, resetMaxRollover: ONE })];
    const usage = new MinuteSums();
    usage.add(S, 10_010n * ONE);
    const resets = Array.from({ length: 10_000 }, (_, index) => ({ at: S + (index + 1) * HOUR_MS, preserveOverage: true }));
    const end = run({ grants, start: initialSnapshot(grants, S), until: S + 10_001 * HOUR_MS, resets, usage });
    expect(end).toMatchObject({ overage: ZERO, totalGrantUsage: ONE, usage: ZERO, usageSince: S + 10_000 * HOUR_MS });
    expect(totalBalance(end.balances)).toBe(ZERO);
  });

  it('recurs daily for twenty years, each time exactly once', () => {
    const from = Date.UTC(2005, 2, 1);
    const grants = [
      newGrant({ id: 'a', amount: ONE, effectiveAt: from, createdAt: from, recurrence: { interval: parseInterval('P1D'), anchor: from } }),
    ];
    const { history } = runWithHistory({ grants, start: initialSnapshot(grants, from), until: S, usage: NO_USAGE });
    expect(history.segments).toHaveLength((S - from) / DAY_MS + 1);
    expect(history.segments.slice(0, -1).every(segment => segment.terminationReasons.recurrence.length === 1)).toBe(true);
  });

  it('counts a million uses of 0.1 against 100 000 to exactly nothing', () => {
    const grants = [newGrant({ id: 'a', amount: 100_000n * ONE, effectiveAt: S, createdAt: S })];
    const usage = new MinuteSums();
    const tenth = parseQuantity('0.1');
    for (let event = 0; event < 1_000_000; event += 1) usage.add(S + event * 1_000, tenth);
    const end = run({ grants, start: initialSnapshot(grants, S), until: S + 20_000 * MINUTE_MS, usage });
    expect(end).toMatchObject({ overage: ZERO, usage: 100_000n * ONE, totalGrantUsage: 100_000n * ONE });
    expect(totalBalance(end.balances)).toBe(ZERO);
  });

  it('stays exact near 10^21', () => {
    const grants = [newGrant({ id: 'a', amount: parseQuantity('1000000000000000000000'), effectiveAt: S, createdAt: S })];
    const usage = new MinuteSums();
    usage.add(S, parseQuantity('999999999999999999999.999999999999'));
    const end = run({ grants, start: initialSnapshot(grants, S), until: S + HOUR_MS, usage });
    expect(totalBalance(end.balances)).toBe(1n);
  });
});
