import type { When } from '../aggregates/instructed.js';
import type { Kind } from '../aggregates/kinds.js';
import type { Given } from '../calls.js';

/** A command's identity, time and trace, without what it says. */
export interface Instruction extends Omit<Given<Kind>, 'command' | 'when'> {
  readonly when: When;
}

/** What something is after a command, and the position at which a read sees it so. */
export interface Recorded<T> {
  readonly value: T;
  readonly position: string;
}

/** The identity of a step of a flow: the same whoever takes it, and however often. */
export const stepOf = (instruction: Instruction, id: string): Instruction => ({ ...instruction, id });
