import type { Seconds } from '../../domain/index.js';
import type { Kind, StateOf } from '../aggregates/kinds.js';

/** Something that may be asked about one aggregate: a pure function of its state, answered with plain data that can travel between replicas. */
export interface Question<K extends Kind, Arguments, Answer> {
  readonly kind: K;
  readonly answer: (state: NonNullable<StateOf<K>>, args: Arguments, now: Seconds) => Answer;
}
