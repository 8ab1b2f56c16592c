import type { InstantMs } from '@drawdown/calendar';
import { DeadlineHeap, NOT_IN_HEAP, type Timed } from './deadline-heap.js';

interface Item extends Timed {
  readonly id: string;
}

/**
 * What is due when, one deadline for each id: the earliest first, equal ones in the order in which they were set. Every change costs the
 * logarithm of the size, and nothing is left behind by what is moved or removed.
 */
export class DeadlineQueue {
  readonly #heap = new DeadlineHeap<Item>();
  readonly #items = new Map<string, Item>();

  get size(): number {
    return this.#items.size;
  }

  /** The earliest deadline. */
  get nextAt(): InstantMs | undefined {
    return this.#heap.first?.deadline;
  }

  deadlineOf(id: string): InstantMs | undefined {
    return this.#items.get(id)?.deadline;
  }

  /** Sets a deadline unless an equal or earlier one is set (reconciliation §13, G3). Answers whether it did. */
  push(id: string, deadline: InstantMs): boolean {
    const item = this.#items.get(id);
    if (item !== undefined && item.deadline <= deadline) return false;
    this.#heap.set(item ?? this.#add(id), deadline);
    return true;
  }

  /** Sets a deadline, earlier or later than the one that is set: a newer record knows better (§15.3). */
  replace(id: string, deadline: InstantMs): void {
    this.#heap.set(this.#items.get(id) ?? this.#add(id), deadline);
  }

  /** Answers whether there was a deadline. */
  remove(id: string): boolean {
    const item = this.#items.get(id);
    if (item === undefined) return false;
    this.#take(item);
    return true;
  }

  /** Takes out what is due first at an instant; undefined if nothing is. */
  pop(now: InstantMs): string | undefined {
    const { first } = this.#heap;
    if (first === undefined || first.deadline > now) return undefined;
    this.#take(first);
    return first.id;
  }

  #add(id: string): Item {
    const item = { id, deadline: 0, order: 0, position: NOT_IN_HEAP };
    this.#items.set(id, item);
    return item;
  }

  #take(item: Item): void {
    this.#items.delete(item.id);
    this.#heap.remove(item);
  }
}
