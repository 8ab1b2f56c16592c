import { copyOf, type Draft } from './draft.js';
import type { PoolChanged } from './events.js';
import { apply } from './evolve.js';
import type { Pool } from './state.js';

/**
 * A decision that is being made: what was recorded so far and the pool after it. The pool is copied once, at the first event, however many
 * follow, and belongs to the recording until the decision is made: whoever looks at `pool` must not keep it past the next event.
 */
export class Recording {
  readonly #before: Pool;
  readonly events: PoolChanged[] = [];
  #draft: Draft | undefined;

  constructor(before: Pool) {
    this.#before = before;
  }

  get pool(): Pool {
    return this.#draft ?? this.#before;
  }

  record(event: PoolChanged): void {
    this.#draft ??= copyOf(this.#before);
    apply(this.#draft, event);
    this.events.push(event);
  }

  recordAll(events: readonly PoolChanged[]): void {
    for (const event of events) this.record(event);
  }
}
