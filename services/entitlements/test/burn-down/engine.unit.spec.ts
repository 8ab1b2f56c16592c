import { MINUTE_MS } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import fc from 'fast-check';
import {
  MinuteSums,
  applyUsage,
  availableTotal,
  initialSnapshot,
  isActiveAt,
  run,
  runWithHistory,
  snapshotsAtStart,
  totalBalance,
  type RunInput,
  type Segment,
  type Snapshot,
} from '../../src/domain/index.js';
import { HORIZON_MS, S, grantsUpTo, instantBetween, resetList, usageEvents } from './arbitrary.js';
import { foldMinutes, type FoldEvent } from './minute-fold.js';

const RUNS = 150;

const sumsOf = (events: readonly FoldEvent[]): MinuteSums => {
  const sums = new MinuteSums();
  for (const { at, amount } of events) sums.add(at, amount);
  return sums;
};

const cases = fc
  .record({ grants: grantsUpTo(30), events: usageEvents(60), resets: resetList, until: instantBetween(0, 36) })
  .map(({ grants, events, resets, until }) => ({
    grants,
    events,
    input: {
      grants,
      start: initialSnapshot(grants, S),
      until,
      resets: resets.filter(reset => reset.at <= until),
      usage: sumsOf(events),
    } satisfies RunInput,
  }));

const paidIn = (segment: Segment): bigint => segment.grantUsages.reduce((sum, entry) => sum + entry.usage, ZERO);

/** Without grants that hold nothing: whether an ended grant is listed at 0 is not part of a state. */
const comparable = (snapshot: Snapshot): unknown => ({
  ...snapshot,
  balances: [...snapshot.balances].filter(([, balance]) => balance !== ZERO).sort(),
});

const check = <Value>(arbitrary: fc.Arbitrary<Value>, property: (value: Value) => void): void => {
  fc.assert(fc.property(arbitrary, property), { numRuns: RUNS });
};

describe('the segment engine', () => {
  it('agrees with a fold minute by minute', () => {
    check(cases, ({ input, events }) => {
      const byInstant = new Map(input.resets.map(reset => [reset.at, reset]));
      const fold = foldMinutes({ grants: input.grants, start: S, resetAt: at => byInstant.get(at), events }, input.until, input.until);
      expect(comparable(run(input))).toEqual(
        comparable({
          at: input.until,
          balances: fold.balances,
          overage: fold.overage,
          usageSince: fold.since,
          usage: fold.usage,
          totalGrantUsage: fold.granted,
        }),
      );
    });
  });

  it('I1: in each segment, what was owed is what was paid plus what is still owed', () => {
    check(cases, ({ input }) => {
      for (const segment of runWithHistory(input).history.segments) {
        expect(segment.overageAtStart + segment.totalUsage).toBe(paidIn(segment) + segment.overage);
        for (const { grantId, usage } of segment.grantUsages) {
          expect(usage <= (segment.balanceAtStart.get(grantId) ?? ZERO)).toBe(true);
        }
      }
    });
  });

  it('I2: neighbours touch, and overage is carried except over a forgiving reset', () => {
    check(cases, ({ input }) => {
      const { segments } = runWithHistory(input).history;
      const forgiving = new Set(input.resets.filter(reset => !reset.preserveOverage).map(reset => reset.at));
      segments.slice(1).forEach((segment, index) => {
        const previous = segments[index];
        expect(segment.from).toBe(previous?.to);
        const isForgiven = previous?.terminationReasons.usageReset === true && forgiving.has(segment.from);
        expect(segment.overageAtStart).toBe(isForgiven ? ZERO : previous?.overage);
      });
    });
  });

  it('I3: two runs equal one, wherever on the grid they meet', () => {
    check(fc.tuple(cases, fc.integer({ min: 0, max: HORIZON_MS / MINUTE_MS }), instantBetween(0, 36)), ([{ input }, minute, hour]) => {
      for (const meeting of [S + minute * MINUTE_MS, hour]) {
        if (meeting > input.until) continue;
        const first = run({ ...input, until: meeting, resets: input.resets.filter(reset => reset.at <= meeting) });
        const second = run({ ...input, start: first, resets: input.resets.filter(reset => reset.at > meeting) });
        expect(comparable(second)).toEqual(comparable(run(input)));
      }
    });
  });

  it('I4: neither repetition nor the order of grants and resets matters', () => {
    check(cases, ({ input }) => {
      const shuffled = { ...input, grants: [...input.grants].reverse(), resets: [...input.resets].reverse() };
      const { end, history } = runWithHistory(input);
      const again = runWithHistory(shuffled);
      expect(comparable(again.end)).toEqual(comparable(end));
      expect(again.history.segments.map(segment => segment.grantUsages)).toEqual(history.segments.map(segment => segment.grantUsages));
      expect(comparable(run(input))).toEqual(comparable(end));
    });
  });

  it('I5: nothing is negative, and overage means that nothing is left', () => {
    check(cases, ({ input }) => {
      for (const segment of runWithHistory(input).history.segments) {
        expect(segment.overage >= ZERO).toBe(true);
        const atEnd = applyUsage(segment);
        for (const balance of atEnd.values()) expect(balance >= ZERO).toBe(true);
        if (segment.overage > ZERO) expect(totalBalance(atEnd)).toBe(ZERO);
      }
    });
  });

  it('I7: usage alone never changes the available total', () => {
    check(cases, ({ input }) => {
      const { history } = runWithHistory(input);
      [...snapshotsAtStart(history)].forEach((start, index) => {
        const segment = history.segments[index];
        if (segment === undefined) throw new Error('a snapshot without its segment');
        expect(availableTotal(start)).toBe(start.totalGrantUsage + paidIn(segment) + totalBalance(applyUsage(segment)));
      });
    });
  });

  it('lists only active grants as able to pay, each once, in burn order', () => {
    check(cases, ({ input }) => {
      for (const segment of runWithHistory(input).history.segments) {
        const ids = segment.grantUsages.map(entry => entry.grantId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(input.grants.some(grant => grant.id === id && isActiveAt(grant, segment.from))).toBe(true);
        const { recurrence } = segment.terminationReasons;
        expect(new Set(recurrence).size).toBe(recurrence.length);
      }
    });
  });

  it('ends its history where the run ends', () => {
    check(cases, ({ input }) => {
      const { end, history } = runWithHistory(input);
      const last = history.segments.at(-1);
      expect(last?.to).toBe(input.until);
      expect(last?.overage).toBe(end.overage);
      expect(comparable({ ...end, balances: last === undefined ? new Map() : applyUsage(last) })).toEqual(comparable(end));
    });
  });
});
