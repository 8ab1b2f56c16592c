import TinyQueue from 'tinyqueue';
import type { Seconds } from '../../domain/index.js';

export interface Deadline {
  readonly dueAt: Seconds;
  readonly id: number;
}

const byInstantThenId = (left: Deadline, right: Deadline): number => left.dueAt - right.dueAt || left.id - right.id;

/** Deadlines that may be moved, each id having one at most; the earliest comes first, then the smallest id (capacity §13.5). */
export class Deadlines {
  readonly #heap = new TinyQueue<Deadline>([], byInstantThenId);
  /** What counts; an entry of the heap that says something else was moved since. */
  readonly #dueAt = new Map<number, Seconds>();

  get size(): number {
    return this.#dueAt.size;
  }

  /** Sets or moves the deadline of an id; absent: it has none any more. */
  set(id: number, dueAt: Seconds | undefined): void {
    if (this.#dueAt.get(id) === dueAt) return;
    if (dueAt === undefined) {
      this.#dueAt.delete(id);
      return;
    }
    this.#dueAt.set(id, dueAt);
    this.#heap.push({ id, dueAt });
  }

  has(id: number): boolean {
    return this.#dueAt.has(id);
  }

  /** The earliest; absent: there is none. */
  first(): Deadline | undefined {
    for (let head = this.#heap.peek(); head !== undefined; head = this.#heap.peek()) {
      if (this.#dueAt.get(head.id) === head.dueAt) return head;
      this.#heap.pop();
    }
    return undefined;
  }

  /** Takes the earliest out, if it is due by an instant. */
  takeDue(now: Seconds): Deadline | undefined {
    const head = this.first();
    if (head === undefined || head.dueAt > now) return undefined;
    this.#heap.pop();
    this.#dueAt.delete(head.id);
    return head;
  }

  /** Those that were due before an instant, in no order. */
  *before(instant: Seconds): IterableIterator<Deadline> {
    for (const [id, dueAt] of this.#dueAt) if (dueAt < instant) yield { id, dueAt };
  }
}
