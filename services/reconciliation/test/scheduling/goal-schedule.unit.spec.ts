import fc from 'fast-check';
import { GoalSchedule, type GoalRun, type RunEnd } from '../../src/domain/index.js';
import { PlainEngine } from './plain-engine.js';

const ID = fc.constantFrom('a', 'b', 'c', 'd', 'e');

type Move =
  | { readonly do: 'start' | 'stop' }
  | { readonly do: 'enqueue'; readonly id: string; readonly inMs: number }
  | { readonly do: 'delete' | 'unschedule'; readonly id: string }
  | { readonly do: 'end'; readonly which: number; readonly how: RunEnd }
  | { readonly do: 'wait'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'start' as const, 'stop' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('enqueue' as const), id: ID, inMs: fc.integer({ min: -20, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'unschedule' as const), id: ID }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(4),
      how: fc.constantFrom('ok' as const, 'empty' as const, 'stopped' as const, 'failed' as const, 'failed' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 50 }) }) },
);

const options = (workers: number) => ({ workers, failureRetryDelayMs: 10, maxRetryDelayMs: 40 });

/** Takes one move on both engines; answers what both say. */
const take = (schedule: GoalSchedule, plain: PlainEngine, runs: GoalRun[], each: Move, now: number): void => {
  switch (each.do) {
    case 'start':
      schedule.start();
      plain.started = true;
      return;
    case 'stop':
      schedule.stop();
      plain.started = false;
      return;
    case 'enqueue':
      schedule.enqueue(each.id, now + each.inMs);
      plain.enqueue(each.id, now + each.inMs);
      return;
    case 'delete':
      schedule.delete(each.id);
      plain.entries.delete(each.id);
      return;
    case 'unschedule': {
      schedule.unschedule(each.id);
      const entry = plain.entries.get(each.id);
      if (entry !== undefined) entry.deadline = undefined;
      return;
    }
    case 'end': {
      const [run] = runs.splice(each.which % Math.max(runs.length, 1), 1);
      if (run !== undefined) expect(schedule.end(run, each.how, now)).toBe(plain.end(run.id, each.how, now));
      return;
    }
    case 'wait':
      return;
  }
};

describe('the goal schedule (reconciliation §13, §19.4)', () => {
  it('is what a brute-force engine is, whatever happens in which order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(move, { maxLength: 120 }), (workers, moves) => {
        const schedule = new GoalSchedule(options(workers));
        const plain = new PlainEngine(workers, 10, 40);
        const runs: GoalRun[] = [];
        let now = 0;
        for (const each of moves) {
          if (each.do === 'wait') now += each.ms;
          take(schedule, plain, runs, each, now);
          for (let run = schedule.begin(now); run !== undefined; run = schedule.begin(now)) {
            expect(run.id).toBe(plain.begin(now));
            runs.push(run);
          }
          expect(plain.begin(now)).toBeUndefined();
          expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
          expect(runs.length).toBeLessThanOrEqual(workers);
          const found = [...schedule.ids()].map(id => [id, schedule.deadlineOf(id), schedule.failuresOf(id)]);
          expect(found).toEqual([...plain.entries].map(([id, { deadline, failures }]) => [id, deadline, failures]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('holds what was asked for during a run until the run is over, at the place in the order where it was asked (example 32)', () => {
    const schedule = new GoalSchedule(options(1));
    schedule.start();
    schedule.enqueue('a', 0);
    const run = schedule.begin(0);
    schedule.enqueue('a', 50);
    schedule.enqueue('b', 50);
    expect(schedule.isScheduled('a')).toBe(true);
    expect(schedule.begin(100)).toBeUndefined();
    if (run !== undefined) schedule.end(run, 'ok', 100);
    expect(schedule.begin(100)?.id).toBe('a');
  });

  it('folds any number of requests within a window into one run (example 36)', () => {
    const schedule = new GoalSchedule(options(4));
    schedule.start();
    for (let ms = 0; ms < 1_000; ms += 2) {
      expect(schedule.begin(ms)).toBeUndefined();
      schedule.enqueue('parent', ms + 1_000);
    }
    const run = schedule.begin(1_000);
    expect(run?.id).toBe('parent');
    if (run !== undefined) schedule.end(run, 'ok', 1_000);
    expect(schedule.isScheduled('parent')).toBe(false);
    schedule.enqueue('parent', 2_300);
    expect(schedule.nextAt).toBe(2_300);
  });

  it('ends a run once: a second end, or that of an earlier run, says nothing', () => {
    const schedule = new GoalSchedule(options(4));
    schedule.start();
    schedule.enqueue('a', 0);
    const run = schedule.begin(0);
    if (run === undefined) throw new Error('nothing began');
    expect(schedule.end(run, 'failed', 0)).toBe(10);
    expect(schedule.end(run, 'failed', 5)).toBeUndefined();
    expect(schedule.failuresOf('a')).toBe(1);
  });

  it('forgets failures after any action that went well, if it is asked to', () => {
    const schedule = new GoalSchedule({ ...options(4), resetOn: 'action' });
    schedule.start();
    for (let n = 0; n < 3; n += 1) {
      schedule.enqueue('a', n * 100);
      const run = schedule.begin(n * 100);
      if (run === undefined) throw new Error('nothing began');
      schedule.actionSucceeded(run);
      expect(schedule.end(run, 'failed', n * 100)).toBe(n * 100 + 10);
    }
  });
});
