import type { RunEnd } from '../../src/domain/index.js';

interface PlainEntry {
  deadline: number | undefined;
  order: number;
  failures: number;
}

/** The goal-state engine's rules once more, with a list that is searched from end to end. */
export class PlainEngine {
  entries = new Map<string, PlainEntry>();
  running: { id: string; entry: PlainEntry }[] = [];
  started = false;
  #orders = 0;

  constructor(
    readonly workers: number,
    readonly baseMs: number,
    readonly maxMs: number,
  ) {}

  enqueue(id: string, deadline: number): void {
    const entry = this.entries.get(id) ?? { deadline: undefined, order: 0, failures: 0 };
    this.entries.set(id, entry);
    this.#set(entry, deadline);
  }

  #set(entry: PlainEntry, deadline: number): void {
    if (entry.deadline !== undefined && entry.deadline <= deadline) return;
    this.#orders += 1;
    Object.assign(entry, { deadline, order: this.#orders });
  }

  begin(now: number): string | undefined {
    if (!this.started || this.running.length >= this.workers) return undefined;
    const due = [...this.entries]
      .filter(([id, { deadline }]) => deadline !== undefined && deadline <= now && !this.running.some(run => run.id === id))
      .sort(([, left], [, right]) => (left.deadline ?? 0) - (right.deadline ?? 0) || left.order - right.order);
    const [first] = due;
    if (first === undefined) return undefined;
    const [id, entry] = first;
    entry.deadline = undefined;
    this.running.push({ id, entry });
    return id;
  }

  end(id: string, end: RunEnd, now: number): number | undefined {
    const run = this.running.find(each => each.id === id);
    if (run === undefined) throw new Error(`${id} is not running`);
    this.running = this.running.filter(each => each !== run);
    run.entry.failures = end === 'failed' ? run.entry.failures + 1 : 0;
    if (end !== 'failed') return undefined;
    const retryAt = now + Math.min(this.baseMs * 2 ** (run.entry.failures - 1), this.maxMs);
    if (this.entries.get(id) === run.entry) this.#set(run.entry, retryAt);
    return retryAt;
  }
}
