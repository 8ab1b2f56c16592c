import { isRefusal } from '@drawdown/errors';
import type { Snapshot } from '../engine/snapshot.js';
import { applyUsage, chunkByResets, finalOverage, newHistory, periodsOf, snapshotAtStart, totalGrantUsage, totalUsage } from './history.js';
import type { Segment } from './segment.js';

const anchor: Snapshot = { at: 0, balances: new Map([['a', 10n]]), overage: 0n, usageSince: -100, usage: 3n, totalGrantUsage: 2n };

const NO_REASONS = { priorityChange: false, recurrence: [], usageReset: false, rollover: false };

const segment = (from: number, to: number, more: Partial<Segment> = {}): Segment => ({
  from,
  to,
  balanceAtStart: new Map([['a', 10n]]),
  overageAtStart: 0n,
  totalUsage: 0n,
  grantUsages: [],
  overage: 0n,
  terminationReasons: NO_REASONS,
  ...more,
});

const ruleOf = (segments: Segment[]): string | undefined => {
  try {
    newHistory(anchor, segments);
  } catch (error) {
    if (isRefusal(error)) return error.metadata['rule'];
    throw error;
  }
  return undefined;
};

describe('a history', () => {
  it.each([
    ['history_start_differs', [segment(1, 2)]],
    ['history_overage_differs', [segment(0, 2, { overageAtStart: 1n })]],
    ['history_segment_reversed', [segment(0, -1)]],
    ['history_gap', [segment(0, 2), segment(3, 4)]],
    ['history_overlap', [segment(0, 2), segment(1, 4)]],
  ])('refuses %s', (rule, segments) => {
    expect(ruleOf(segments)).toBe(rule);
  });

  it('may be empty', () => {
    const empty = newHistory(anchor, []);
    expect([totalUsage(empty), totalGrantUsage(empty), finalOverage(empty)]).toEqual([0n, 0n, 0n]);
    expect(chunkByResets(empty)).toEqual([]);
    expect(() => snapshotAtStart(empty, 0)).toThrow(RangeError);
  });

  const paid = (usage: bigint): Partial<Segment> => ({
    totalUsage: usage,
    grantUsages: [{ grantId: 'a', usage, reason: 'SEGMENT_TERMINATION' }],
  });

  const rollover = segment(5, 5, { terminationReasons: { ...NO_REASONS, rollover: true } });
  const whole = newHistory(anchor, [
    segment(5, 9, paid(4n)),
    rollover,
    segment(0, 2, paid(1n)),
    segment(2, 5, { ...paid(2n), terminationReasons: { ...NO_REASONS, usageReset: true } }),
  ]);

  it('puts segments in order, the rollover first where two share a start', () => {
    expect(periodsOf(whole)).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 5 },
      { from: 5, to: 5 },
      { from: 5, to: 9 },
    ]);
    expect(whole.segments[2]).toBe(rollover);
    expect(chunkByResets(whole).map(chunk => chunk.length)).toEqual([2, 2]);
  });

  it('sums usage, and starts again at a reset', () => {
    expect([totalUsage(whole), totalGrantUsage(whole)]).toEqual([7n, 7n]);
    expect([0, 1, 2, 3].map(index => snapshotAtStart(whole, index))).toMatchObject([
      { usage: 3n, totalGrantUsage: 2n, usageSince: -100 },
      { usage: 4n, totalGrantUsage: 3n, usageSince: -100 },
      { usage: 0n, totalGrantUsage: 0n, usageSince: 5 },
      { usage: 0n, totalGrantUsage: 0n, usageSince: 5 },
    ]);
    expect(applyUsage(segment(0, 2, paid(4n)))).toEqual(new Map([['a', 6n]]));
  });
});
