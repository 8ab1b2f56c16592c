import { nextDue, type PoolEvent } from '../../src/domain/index.js';
import { add, after, bought, check, execute, OPEN, policy, release, T, then, types } from './given.js';

const DAY = 86_400;

const onlyDay = policy({ alerts: { seconds: [DAY], percents: [] } });
const onlyShares = policy({ alerts: { seconds: [], percents: [5, 20] } });

const told = (events: readonly PoolEvent[]): readonly unknown[] =>
  events.flatMap(event => {
    if (event.type === 'threshold-crossed') return [[event.measure, event.threshold, event.at]];
    return event.type === 'thresholds-cleared' ? [['cleared', event.measure, ...event.thresholds]] : [];
  });

describe('alerts (§15.2)', () => {
  it('come at the exact second, at once where a change brings them, and again after they were cleared', () => {
    const pool = after(OPEN, onlyDay, bought(T, 172_800), add(T, 1, 1_000));
    expect(nextDue(pool)).toBe(T + 86_401);
    expect(told(execute(pool, check(T + 86_400)).events)).toEqual([]);
    expect(told(execute(pool, check(T + 86_401)).events)).toEqual([['time', DAY, T + 86_401]]);
    const faster = execute(pool, add(T + 50_000, 2, 1_000));
    expect(faster.pool.emptyAt).toBe(T + 111_400);
    expect(faster.events).toMatchObject([{}, { type: 'threshold-crossed', threshold: DAY, value: 61_400, at: T + 50_000 }]);
    const more = execute(faster.pool, bought(T + 60_000, 100_000));
    expect(more.pool.emptyAt).toBe(T + 161_400);
    expect(more.events).toMatchObject([{}, { type: 'thresholds-cleared', thresholds: [DAY], value: 101_400 }]);
    expect(nextDue(more.pool)).toBe(T + 75_001);
  });

  it('come once per episode', () => {
    const pool = then(after(OPEN, onlyDay, bought(T, 172_800), add(T, 1, 1_000)), check(T + 86_401));
    expect(told(execute(pool, bought(T + 90_000, 1)).events)).toEqual([]);
    expect(nextDue(pool)).toBe(T + 172_800);
  });

  it('come late as they would have come in time', () => {
    const pool = after(OPEN, bought(T, 15 * DAY), add(T, 1, 1_000));
    const late = execute(pool, add(T + 8 * DAY + 5, 2, 1));
    expect(told(late.events)).toEqual([
      ['time', 14 * DAY, T + DAY + 1],
      ['time', 7 * DAY, T + 8 * DAY + 1],
    ]);
    const prompt = then(pool, check(T + DAY + 1), check(T + 8 * DAY + 1), add(T + 8 * DAY + 5, 2, 1));
    expect(prompt).toEqual(late.pool);
  });

  it('tell only of the most severe that a change jumped over, of each kind', () => {
    const pool = after(OPEN, bought(T, 100 * DAY), add(T, 1, 1_000));
    const { events, pool: low } = execute(pool, add(T + 100, 2, 99_000));
    expect(told(events)).toEqual([['time', 7 * DAY, T + 100]].map(([kind, , at]) => [kind, DAY, at]));
    expect(told(execute(low, release(T + 200, 2)).events)).toEqual([['cleared', 'time', DAY, 7 * DAY, 14 * DAY]]);
  });

  it('do not come for a value that is exactly the threshold', () => {
    expect(told(execute(after(OPEN, onlyDay, bought(T, DAY)), add(T, 1, 1_000)).events)).toEqual([]);
    expect(told(execute(after(OPEN, onlyDay, bought(T, DAY - 1)), add(T, 1, 1_000)).events)).toEqual([['time', DAY, T]]);
    const shares = after(OPEN, onlyShares, bought(T, 1_000), add(T, 1, 1_000));
    expect(nextDue(shares)).toBe(T + 801);
    expect(told(execute(shares, check(T + 800)).events)).toEqual([]);
  });

  it('know the share of what the last credit of a dimension made of it', () => {
    const pool = after(OPEN, onlyShares, bought(T, 1_000, 500), add(T, 1, 1_000, 100), check(T + 900));
    expect(pool.alerts).toMatchObject({ belowPercent: 20 });
    expect(told(execute(pool, bought(T + 900, 0, 100)).events)).toEqual([]);
    expect(told(execute(pool, bought(T + 900, 100)).events)).toEqual([['cleared', 'share', 20]]);
    expect(told(execute(pool, check(T + 951)).events)).toEqual([['share', 5, T + 951]]);
  });

  it('never come of idle or paused pools, and do not come twice after a pause', () => {
    const idle = after(OPEN, bought(T, 1));
    expect(nextDue(idle)).toBeUndefined();
    const pool = then(after(OPEN, onlyDay, bought(T, 172_800), add(T, 1, 1_000)), { type: 'pause', cause: 'owner', at: T + 10 });
    expect(nextDue(pool)).toBeUndefined();
    const told = then(after(OPEN, onlyDay, bought(T, DAY - 1), add(T, 1, 1_000)), { type: 'pause', cause: 'owner', at: T + 10 });
    expect(types(execute(told, { type: 'resume', cause: 'owner', at: T + 20 }).events)).toEqual(['pool-resumed']);
  });

  it('come at once of a threshold that is set above what is left', () => {
    const pool = after(OPEN, policy({ alerts: { seconds: [], percents: [] } }), bought(T, 3_600), add(T, 1, 1_000));
    expect(told(execute(pool, policy({ alerts: { seconds: [60, 7_200, 86_400], percents: [] } }, T + 5)).events)).toEqual([
      ['time', 7_200, T + 5],
    ]);
  });
});
