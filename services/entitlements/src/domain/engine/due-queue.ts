import type { InstantMs } from '@drawdown/calendar';

/** A binary heap of (instant, index) pairs, earliest first: the next occurrence of each recurring grant. */
export class DueQueue {
  readonly #instants: InstantMs[] = [];
  readonly #indices: number[] = [];

  /** Earliest instant, or infinity when nothing is due any more. */
  get nextAt(): InstantMs {
    return this.#instants[0] ?? Number.POSITIVE_INFINITY;
  }

  push(at: InstantMs, index: number): void {
    let position = this.#instants.length;
    this.#instants.push(at);
    this.#indices.push(index);
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      if (this.#instants[parent]! <= at) break;
      this.#move(parent, position);
      position = parent;
    }
    this.#put(position, at, index);
  }

  /** Removes the earliest pair and answers its index. Only to be called when there is one. */
  pop(): number {
    const earliest = this.#indices[0]!;
    const at = this.#instants.pop()!;
    const index = this.#indices.pop()!;
    if (this.#instants.length > 0) this.#sink(at, index);
    return earliest;
  }

  #sink(at: InstantMs, index: number): void {
    const size = this.#instants.length;
    let position = 0;
    for (let child = 1; child < size; child = 2 * position + 1) {
      if (child + 1 < size && this.#instants[child + 1]! < this.#instants[child]!) child += 1;
      if (this.#instants[child]! >= at) break;
      this.#move(child, position);
      position = child;
    }
    this.#put(position, at, index);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#instants[from]!, this.#indices[from]!);
  }

  #put(position: number, at: InstantMs, index: number): void {
    this.#instants[position] = at;
    this.#indices[position] = index;
  }
}
