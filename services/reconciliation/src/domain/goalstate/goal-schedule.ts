import type { InstantMs } from '@drawdown/calendar';
import { LIMITS } from '../limits.js';
import { DeadlineHeap, NOT_IN_HEAP, type Timed } from '../scheduling/deadline-heap.js';
import { backoffMs, type BackoffPolicy } from '../work/backoff.js';
import { retryPolicy, type RetryDelays } from './backoff.js';

export interface GoalScheduleOptions extends RetryDelays {
  /** Runs at once; 0 and less mean 4. */
  readonly workers: number;
  /** When failures are forgotten: after a whole list that went well, or after every action that did. Default `list`. */
  readonly resetOn?: 'list' | 'action' | undefined;
}

/** How a run ended: `empty`, no actions; `stopped`, the rest was skipped on purpose. */
export type RunEnd = 'ok' | 'empty' | 'stopped' | 'failed';

interface Entry extends Timed {
  readonly id: string;
  /** Failures in a row. */
  failures: number;
  /** A deadline is set, be it in the queue or waiting for the end of a run. */
  isScheduled: boolean;
}

/** One evaluation of an entity under way. */
export interface GoalRun {
  readonly id: string;
  readonly startedAt: InstantMs;
}

interface KnownRun extends GoalRun {
  readonly entry: Entry;
}

/**
 * When which entity is evaluated: the rules G1–G19 of the goal-state engine without clock, timers or entities (reconciliation §13). Whoever
 * drives it asks `begin` for what may start now, performs it, and says with `end` how it went.
 */
export class GoalSchedule {
  readonly #workersMax: number;
  readonly #policy: BackoffPolicy;
  readonly #resetsOnAction: boolean;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, KnownRun>();
  /** Scheduled entries whose ids are not running; the others wait outside, and so occupy no worker. */
  readonly #due = new DeadlineHeap<Entry>();
  #isStarted = false;

  constructor(options: GoalScheduleOptions) {
    this.#workersMax = options.workers > 0 ? options.workers : LIMITS.goalStateWorkersDefault;
    this.#policy = retryPolicy(options);
    this.#resetsOnAction = options.resetOn === 'action';
  }

  /** Entries, waiting or not. */
  get size(): number {
    return this.#entries.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** When something may begin next: undefined while stopped, while all workers are busy, and when nothing waits. */
  get nextAt(): InstantMs | undefined {
    return this.#mayBegin ? this.#due.first?.deadline : undefined;
  }

  get #mayBegin(): boolean {
    return this.#isStarted && this.#running.size < this.#workersMax;
  }

  start(): void {
    this.#isStarted = true;
  }

  /** No new runs; what runs is finished, and deadlines are kept. */
  stop(): void {
    this.#isStarted = false;
  }

  /** Makes an entry if there is none; a deadline that is set stands unless this one is strictly earlier (G2, G3). */
  enqueue(id: string, deadline: InstantMs): void {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { id, deadline, order: 0, position: NOT_IN_HEAP, failures: 0, isScheduled: false };
      this.#entries.set(id, entry);
    }
    this.#schedule(entry, deadline);
  }

  #schedule(entry: Entry, deadline: InstantMs): void {
    if (entry.isScheduled && entry.deadline <= deadline) return;
    entry.isScheduled = true;
    if (!this.#running.has(entry.id)) {
      this.#due.set(entry, deadline);
    } else {
      entry.deadline = deadline;
      entry.order = this.#due.takeOrder();
    }
  }

  /** Takes the deadline away and keeps the entry. */
  unschedule(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#due.remove(entry);
    entry.isScheduled = false;
  }

  /** Takes entry, deadline and failures away; a run of it finishes (G14). */
  delete(id: string): void {
    this.unschedule(id);
    this.#entries.delete(id);
  }

  /** Whether a run is asked for that has not begun (G6). */
  isScheduled(id: string): boolean {
    return this.#entries.get(id)?.isScheduled ?? false;
  }

  deadlineOf(id: string): InstantMs | undefined {
    const entry = this.#entries.get(id);
    return entry?.isScheduled === true ? entry.deadline : undefined;
  }

  failuresOf(id: string): number {
    return this.#entries.get(id)?.failures ?? 0;
  }

  ids(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Begins what is due first, if a worker is free; undefined if nothing may begin now. Never two runs of one id (G7, G16). */
  begin(now: InstantMs): GoalRun | undefined {
    if (!this.#mayBegin) return undefined;
    const entry = this.#due.first;
    if (entry === undefined || entry.deadline > now) return undefined;
    this.#due.remove(entry);
    entry.isScheduled = false;
    const run = { id: entry.id, startedAt: now, entry };
    this.#running.set(entry.id, run);
    return run;
  }

  /** An action of a run went well. */
  actionSucceeded(run: GoalRun): void {
    const known = this.#running.get(run.id);
    if (known === run && this.#resetsOnAction) known.entry.failures = 0;
  }

  /**
   * A run is over. Answers the instant at which a failure asks to be tried again: an earlier deadline stands, and an entry that was deleted
   * meanwhile is not brought back.
   */
  end(run: GoalRun, end: RunEnd, now: InstantMs): InstantMs | undefined {
    const known = this.#running.get(run.id);
    if (known !== run) return undefined;
    this.#running.delete(run.id);
    const { entry } = known;
    entry.failures = end === 'failed' ? entry.failures + 1 : 0;
    const retryAt = end === 'failed' ? now + backoffMs(this.#policy, entry.failures) : undefined;
    this.#release(run.id);
    if (retryAt !== undefined && this.#entries.get(run.id) === entry) this.#schedule(entry, retryAt);
    return retryAt;
  }

  /** Lets what was asked for during the run take its place: by the entry as it is now, be it the run's or one made anew. */
  #release(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.isScheduled === true) this.#due.set(entry, entry.deadline, entry.order);
  }
}
