import type { Decider } from './decider.js';
import type { RecordedMessage } from './log.js';
import { isUnknownEvent } from './registry.js';

export interface AggregateSnapshot<S> {
  readonly state: S;
  /** Stream sequence of the last message that is in the state. */
  readonly sequence: number;
  /** No command is decided earlier than this, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** What an aggregate has folded so far, and what its next append expects. */
export class FoldedState<S, E> {
  readonly #decider: Pick<Decider<S, never, E>, 'evolve'>;
  #state: S;
  #sequence: number;
  #timeMs: number;
  /** Below `#sequence` only if the subject's last message has expired. */
  #expectedSequence: number;

  constructor(decider: Pick<Decider<S, never, E>, 'evolve'>, from: AggregateSnapshot<S>) {
    this.#decider = decider;
    this.#state = from.state;
    this.#sequence = from.sequence;
    this.#timeMs = from.timeMs;
    this.#expectedSequence = from.sequence;
  }

  get state(): S {
    return this.#state;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  get expectedSequence(): number {
    return this.#expectedSequence;
  }

  /** Takes the subject's next message; one that was folded before only says its time. All of a message, or nothing if `evolve` throws. */
  fold({ sequence, timeMs, decisions }: RecordedMessage<E>): boolean {
    if (sequence === this.#sequence) this.#timeMs = Math.max(this.#timeMs, timeMs);
    if (sequence <= this.#sequence) return false;
    let state = this.#state;
    for (const { events, decidedAtMs } of decisions) {
      for (const event of events) {
        if (!isUnknownEvent(event)) state = this.#decider.evolve(state, event, decidedAtMs);
      }
    }
    return this.adopt(sequence, state, Math.max(timeMs, ...decisions.map(decision => decision.decidedAtMs)));
  }

  /** A message of our own, whose state is known; the partition's consumer may have delivered it before its acknowledgement came. */
  adopt(sequence: number, state: S, timeMs: number): boolean {
    if (sequence <= this.#sequence) return false;
    this.#state = state;
    this.#sequence = sequence;
    this.#expectedSequence = sequence;
    this.#timeMs = Math.max(this.#timeMs, timeMs);
    return true;
  }

  /** A subject's last sequence falls only when its last message has expired; what that did to the state stays. */
  expectAfterExpiry(expected: number, lastSequence: number): void {
    if (lastSequence < expected && this.#expectedSequence === expected) this.#expectedSequence = lastSequence;
  }
}
