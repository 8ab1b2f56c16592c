import type { Command, Executed } from './decider.js';
import { LIMITS } from './limits.js';

/** A command and the caller who waits for its answer. */
export interface Waiting<S, C, E> {
  readonly command: Command<C>;
  readonly resolve: (executed: Executed<S, E>) => void;
  readonly reject: (error: unknown) => void;
}

/** Commands of one aggregate in the order of their coming. */
export class CommandQueue<S, C, E> {
  #waiting: Waiting<S, C, E>[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#waiting.length >= LIMITS.commandsQueuedMax;
  }

  push(waiting: Waiting<S, C, E>): void {
    this.#waiting.push(waiting);
  }

  /** The next commands with different ids; a second one of the same id waits until the first has its answer. */
  takeGroup(): readonly Waiting<S, C, E>[] {
    const ids = new Set<string>();
    const taken: Waiting<S, C, E>[] = [];
    const later: Waiting<S, C, E>[] = [];
    for (const waiting of this.#waiting) {
      const isTaken = ids.size < LIMITS.commandsPerMessageMax && !ids.has(waiting.command.id);
      if (isTaken) ids.add(waiting.command.id);
      (isTaken ? taken : later).push(waiting);
    }
    this.#waiting = later;
    return taken;
  }
}
