import type { InstantMs } from '@drawdown/calendar';

interface Item {
  readonly id: string;
  deadline: InstantMs;
  /** Of the call that set the deadline: equal deadlines are served in this order. */
  order: number;
  position: number;
}

const comesBefore = (left: Item, right: Item): boolean =>
  left.deadline === right.deadline ? left.order < right.order : left.deadline < right.deadline;

/**
 * What is due when, one deadline for each id: the earliest first, equal ones in the order in which they were set. Every change costs the
 * logarithm of the size, and nothing is left behind by what is moved or removed.
 */
export class DeadlineQueue {
  readonly #heap: Item[] = [];
  readonly #items = new Map<string, Item>();
  #orders = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest deadline. */
  get nextAt(): InstantMs | undefined {
    return this.#heap[0]?.deadline;
  }

  deadlineOf(id: string): InstantMs | undefined {
    return this.#items.get(id)?.deadline;
  }

  /** A place in the order of calls, for a deadline that is set now and pushed later. */
  takeOrder(): number {
    return (this.#orders += 1);
  }

  /** Sets a deadline unless an equal or earlier one is set (reconciliation §13, G3). Answers whether it did. */
  push(id: string, deadline: InstantMs, order = this.takeOrder()): boolean {
    const item = this.#items.get(id);
    if (item !== undefined && item.deadline <= deadline) return false;
    this.replace(id, deadline, order);
    return true;
  }

  /** Sets a deadline, earlier or later than the one that is set: a newer record knows better (§15.3). */
  replace(id: string, deadline: InstantMs, order = this.takeOrder()): void {
    const known = this.#items.get(id);
    if (known === undefined) {
      const item = { id, deadline, order, position: this.#heap.length };
      this.#items.set(id, item);
      this.#heap.push(item);
      this.#rise(item);
    } else {
      known.deadline = deadline;
      known.order = order;
      this.#rise(known);
      this.#sink(known);
    }
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
    const first = this.#heap[0];
    if (first === undefined || first.deadline > now) return undefined;
    this.#take(first);
    return first.id;
  }

  #take(item: Item): void {
    this.#items.delete(item.id);
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#put(last, item.position);
    this.#rise(last);
    this.#sink(last);
  }

  #put(item: Item, position: number): void {
    this.#heap[position] = item;
    item.position = position;
  }

  #rise(item: Item): void {
    let { position } = item;
    while (position > 0) {
      const above = (position - 1) >>> 1;
      const parent = this.#heap[above]!;
      if (!comesBefore(item, parent)) break;
      this.#put(parent, position);
      position = above;
    }
    this.#put(item, position);
  }

  #sink(item: Item): void {
    let { position } = item;
    for (;;) {
      let below = 2 * position + 1;
      if (below >= this.#heap.length) break;
      if (below + 1 < this.#heap.length && comesBefore(this.#heap[below + 1]!, this.#heap[below]!)) below += 1;
      const child = this.#heap[below]!;
      if (!comesBefore(child, item)) break;
      this.#put(child, position);
      position = below;
    }
    this.#put(item, position);
  }
}
