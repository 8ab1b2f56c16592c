import type { InstantMs } from '@drawdown/calendar';
import type { Snapshot } from '../engine/snapshot.js';

/** Most checkpoints kept; the oldest goes first, and what it would have saved is paid by a longer run. */
export const CHECKPOINTS_MAX = 32;

/** Snapshots by instant, from which runs may start. They change the cost of an answer, never the answer (design §3.12). */
export class Checkpoints {
  /** Ascending. */
  readonly #snapshots: Snapshot[];

  constructor(snapshots: readonly Snapshot[] = []) {
    this.#snapshots = [...snapshots].sort((left, right) => left.at - right.at).slice(-CHECKPOINTS_MAX);
  }

  /** The latest one at or before `at`. */
  latestAt(at: InstantMs): Snapshot | undefined {
    return this.#snapshots.findLast(snapshot => snapshot.at <= at);
  }

  /** Adds one that is later than all others; one that is not is known already. */
  add(snapshot: Snapshot): void {
    const last = this.#snapshots.at(-1);
    if (last !== undefined && last.at >= snapshot.at) return;
    this.#snapshots.push(snapshot);
    if (this.#snapshots.length > CHECKPOINTS_MAX) this.#snapshots.shift();
  }

  /** Drops those after `at`: usage at it has changed, and a checkpoint exactly there does not contain any of it. */
  dropAfter(at: InstantMs): void {
    while ((this.#snapshots.at(-1)?.at ?? Number.NEGATIVE_INFINITY) > at) this.#snapshots.pop();
  }

  /** All of them, ascending. */
  list(): readonly Snapshot[] {
    return [...this.#snapshots];
  }
}
