import type { InstantMs } from '@drawdown/calendar';

/** Something with a deadline. The heap alone writes these members; `position` is below 0 while it is not in the heap. */
export interface Timed {
  deadline: InstantMs;
  /** Of the call that set the deadline: equal deadlines are served in this order. */
  order: number;
  position: number;
}

export const NOT_IN_HEAP = -1;

/** Four children for each: half as deep as two, and the children lie next to each other. */
const CHILDREN = 4;

const comesBefore = (left: Timed, right: Timed): boolean =>
  left.deadline === right.deadline ? left.order < right.order : left.deadline < right.deadline;

/**
 * Things in the order of their deadlines, equal ones in the order in which they were set. A thing knows its place, so that moving and removing
 * it costs the logarithm of the size, and nothing is left behind.
 */
export class DeadlineHeap<Item extends Timed> {
  readonly #items: Item[] = [];
  #orders = 0;

  get size(): number {
    return this.#items.length;
  }

  /** What is due first. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** A place in the order of calls, for a deadline that is set now and put in later. */
  takeOrder(): number {
    return (this.#orders += 1);
  }

  /** Puts a thing in, or moves it: its deadline may become earlier or later. */
  set(item: Item, deadline: InstantMs, order = this.takeOrder()): void {
    item.deadline = deadline;
    item.order = order;
    if (item.position === NOT_IN_HEAP) {
      item.position = this.#items.length;
      this.#items.push(item);
      this.#rise(item);
    } else {
      this.#settle(item);
    }
  }

  /** Takes a thing out, if it is in. */
  remove(item: Item): void {
    const { position } = item;
    if (position === NOT_IN_HEAP) return;
    item.position = NOT_IN_HEAP;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.position = position;
    this.#settle(last);
  }

  #settle(item: Item): void {
    const before = item.position;
    this.#rise(item);
    if (item.position === before) this.#sink(item);
  }

  #rise(item: Item): void {
    const items = this.#items;
    let { position } = item;
    while (position > 0) {
      const above = Math.floor((position - 1) / CHILDREN);
      const parent = items[above]!;
      if (!comesBefore(item, parent)) break;
      items[position] = parent;
      parent.position = position;
      position = above;
    }
    items[position] = item;
    item.position = position;
  }

  #sink(item: Item): void {
    const items = this.#items;
    const size = items.length;
    let { position } = item;
    for (;;) {
      const begin = position * CHILDREN + 1;
      if (begin >= size) break;
      const end = Math.min(begin + CHILDREN, size);
      let first = items[begin]!;
      for (let each = begin + 1; each < end; each += 1) if (comesBefore(items[each]!, first)) first = items[each]!;
      if (!comesBefore(first, item)) break;
      const next = first.position;
      items[position] = first;
      first.position = position;
      position = next;
    }
    items[position] = item;
    item.position = position;
  }
}
