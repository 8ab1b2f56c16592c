import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GoalSchedule, type RunEnd } from '@drawdown/reconciliation/domain';
import { measure, type Timing } from '../measure.js';

/** Entities of the baseline's workloads. */
const ENTITIES = 100_000;

/** Ids of 14 characters, as in the baseline. */
const IDS = Array.from({ length: ENTITIES }, (_, index) => `entity-${String(index).padStart(7, '0')}`);

/** Deadlines in the past, in scrambled order. */
const deadlineOf = (index: number): number => (index * 7_919) % ENTITIES;

const NOW = ENTITIES;

const newSchedule = (): GoalSchedule => new GoalSchedule({ workers: 4, failureRetryDelayMs: 10_000, maxRetryDelayMs: 10_000 });

const enqueueAll = (schedule: GoalSchedule): void => {
  for (const [index, id] of IDS.entries()) schedule.enqueue(id, deadlineOf(index));
};

/** Begins and ends whatever is due; answers how many runs that were. */
const drain = (schedule: GoalSchedule, now: number, end: RunEnd): number => {
  let runs = 0;
  for (let run = schedule.begin(now); run !== undefined; run = schedule.begin(now)) {
    runs += 1;
    schedule.end(run, end, now);
  }
  return runs;
};

/** A. Entities that are new to a stopped schedule. */
const enqueueNew = (): Timing =>
  measure(() => {
    const schedule = newSchedule();
    enqueueAll(schedule);
    assert.equal(schedule.size, ENTITIES);
  });

/** B. The same again with the same deadlines, which are ignored. */
const enqueueAgain = (): Timing => {
  const schedule = newSchedule();
  enqueueAll(schedule);
  return measure(() => enqueueAll(schedule));
};

/** The scheduling of C: everything enqueued, and drained. */
const enqueueAndDrain = (): Timing =>
  measure(() => {
    const schedule = newSchedule();
    enqueueAll(schedule);
    schedule.start();
    assert.equal(drain(schedule, NOW, 'ok'), ENTITIES);
  });

/** The scheduling of D: one entity after the other is enqueued for now and runs at once. */
const enqueueAndRun = (): Timing => {
  const schedule = newSchedule();
  enqueueAll(schedule);
  schedule.start();
  drain(schedule, NOW, 'ok');
  return measure(() => {
    let runs = 0;
    for (const id of IDS) {
      schedule.enqueue(id, NOW);
      runs += drain(schedule, NOW, 'ok');
    }
    assert.equal(runs, ENTITIES);
  });
};

/** The scheduling of F: entities that always fail and are tried again a millisecond later, on a clock moved by hand. */
const failForEver = (): Timing => {
  const schedule = new GoalSchedule({ workers: 4, failureRetryDelayMs: 1, maxRetryDelayMs: 1 });
  enqueueAll(schedule);
  schedule.start();
  let now = NOW;
  return measure(() => {
    assert.equal(drain(schedule, now, 'failed'), ENTITIES);
    now += 1;
  });
};

/** Bytes of heap for each entity that waits; ids are not counted. */
const heapBytesPerEntity = (): number => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const schedule = newSchedule();
  enqueueAll(schedule);
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  assert.equal(schedule.size, ENTITIES);
  return bytes / ENTITIES;
};

const describe = (name: string, { medianMs, bestMs }: Timing, reference: string): string => {
  const perSecond = (ms: number): string => `${(ENTITIES / ms / 1_000).toFixed(2)} M/s`;
  return name.padEnd(44) + perSecond(medianMs).padStart(12) + perSecond(bestMs).padStart(12) + reference.padStart(24);
};

/**
 * The rules of the goal-state engine alone: no timers, no actions, nothing awaited. Only A and B do the same work as the reference's engine,
 * so only they stand beside its figures; C, D and F are what scheduling costs of them.
 */
export const runGoalSchedule = (): void => {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  print(`goal-schedule · ${ENTITIES} entities · node ${process.version} · load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  print('entities in a million per second'.padEnd(44) + 'median'.padStart(12) + 'best'.padStart(12) + 'reference, typical'.padStart(24));
  print(describe('A enqueue new', enqueueNew(), '2.0 M/s'));
  print(describe('B enqueue again, ignored', enqueueAgain(), '5.5 M/s'));
  print(describe('C enqueue and drain, scheduling alone', enqueueAndDrain(), '(other work)'));
  print(describe('D enqueue, begin, end, scheduling alone', enqueueAndRun(), '(other work)'));
  print(describe('F begin, fail, requeue, scheduling alone', failForEver(), '(other work)'));
  print(`heap per waiting entity: ${heapBytesPerEntity().toFixed(0)} B (reference 197 B)`);
};
