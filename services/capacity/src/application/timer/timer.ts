import type { Horizon, Seconds } from '../../domain/index.js';
import { Deadlines, type Deadline } from './deadlines.js';

export interface TimerPorts {
  /** The stream's clock, in milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Makes happen what an aggregate has due, and sets its next deadline; resolves when it is recorded, with the number of events. */
  readonly check: (id: number) => Promise<number>;
  /** Told how late a deadline was kept, in milliseconds. */
  readonly onKept: (lateMs: number) => void;
  readonly onFault: (id: number, error: unknown) => void;
}

/** What a look at everything due came to. */
export interface Checked {
  /** Aggregates that had something due. */
  readonly checked: number;
  readonly events: number;
}

const MS_PER_SECOND = 1_000;
/** Checks under way at once in one partition. */
const CHECKS_AT_ONCE_MAX = 32;
/** A clock that jumps is noticed by then (capacity §13.5). */
const SLEEP_MS_MAX = 60_000;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 30_000;

/**
 * Makes what is due in one partition happen at its instant, without anybody asking (capacity §13.5). It decides nothing: what comes of a check
 * depends on the aggregate and the instant alone, so that a check too many, too early or too late changes nothing.
 */
export class Timer {
  readonly #deadlines = new Deadlines();
  /** Deadlines that failed and wait for their next attempt, by id. */
  readonly #retries = new Map<number, { readonly deadline: Deadline; readonly attempts: number; readonly timeout: NodeJS.Timeout }>();
  readonly #underWay = new Set<Promise<void>>();
  #sleeping: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(private readonly ports: TimerPorts) {}

  start(): void {
    this.#isRunning = true;
    this.#work();
  }

  /** Resolves when no check is under way any more. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#sleeping);
    for (const { timeout } of this.#retries.values()) clearTimeout(timeout);
    this.#retries.clear();
    await Promise.all(this.#underWay);
  }

  /** Sets, moves or ends the deadline of an id. What lies beyond every clock counts as never. */
  set(id: number, dueAt: Horizon): void {
    if (this.#retries.has(id)) return; // the attempt that comes will look for itself
    const before = this.#deadlines.first();
    this.#deadlines.set(id, typeof dueAt === 'bigint' ? undefined : dueAt);
    if (this.#isRunning && this.#deadlines.first() !== before) this.#work();
  }

  /** What was due before an instant and has not happened yet, those that fail included. */
  overdue(before: Seconds): readonly Deadline[] {
    const failing = [...this.#retries.values()].flatMap(({ deadline }) => (deadline.dueAt < before ? [deadline] : []));
    return [...this.#deadlines.before(before), ...failing].sort((left, right) => left.dueAt - right.dueAt || left.id - right.id);
  }

  /** Makes everything happen that is due now, failed attempts included. @returns how many had something due, and what came of it */
  async checkDue(): Promise<Checked> {
    const retries = [...this.#retries];
    for (const [id, { deadline, timeout }] of retries) {
      clearTimeout(timeout);
      this.#retries.delete(id);
      this.#deadlines.set(id, deadline.dueAt);
    }
    const due: Deadline[] = [];
    const now = this.#nowSeconds();
    for (let next = this.#deadlines.takeDue(now); next !== undefined; next = this.#deadlines.takeDue(now)) due.push(next);
    const events = await Promise.all(due.map(deadline => this.#check(deadline, 0)));
    return { checked: due.length, events: events.reduce((sum, count) => sum + count, 0) };
  }

  #nowSeconds(): Seconds {
    return Math.floor(this.ports.nowMs() / MS_PER_SECOND);
  }

  #work(): void {
    clearTimeout(this.#sleeping);
    if (!this.#isRunning) return;
    const now = this.#nowSeconds();
    while (this.#underWay.size < CHECKS_AT_ONCE_MAX) {
      const due = this.#deadlines.takeDue(now);
      if (due === undefined) break;
      this.#begin(due, 0);
    }
    const head = this.#deadlines.first();
    if (head === undefined || head.dueAt <= now) return; // the end of a check, or the next deadline, goes on
    const sleepMs = Math.min(head.dueAt * MS_PER_SECOND - this.ports.nowMs(), SLEEP_MS_MAX);
    this.#sleeping = setTimeout(() => this.#work(), sleepMs).unref();
  }

  #begin(deadline: Deadline, attempts: number): void {
    const checking = this.#check(deadline, attempts)
      .then(() => undefined)
      .finally(() => {
        this.#underWay.delete(checking);
        this.#work();
      });
    this.#underWay.add(checking);
  }

  async #check(deadline: Deadline, attempts: number): Promise<number> {
    const { id, dueAt } = deadline;
    try {
      const events = await this.ports.check(id);
      this.ports.onKept(this.ports.nowMs() - dueAt * MS_PER_SECOND);
      return events;
    } catch (error) {
      this.ports.onFault(id, error);
      if (this.#isRunning) this.#retryLater(deadline, attempts);
      return 0;
    }
  }

  #retryLater(deadline: Deadline, attempts: number): void {
    const delayMs = Math.min(RETRY_MS_MIN * 2 ** attempts, RETRY_MS_MAX);
    const timeout = setTimeout(() => {
      this.#retries.delete(deadline.id);
      this.#begin(deadline, attempts + 1);
    }, delayMs).unref();
    this.#retries.set(deadline.id, { deadline, attempts, timeout });
  }
}
