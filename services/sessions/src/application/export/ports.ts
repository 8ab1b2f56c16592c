import type { Hit, Property } from '../../domain/index.js';
import type { Person } from '../commands/ports.js';

/** A dead letter that holds something of a person. */
export interface PersonLetter {
  readonly sequence: number;
  readonly reason: string;
  /** Server's time. */
  readonly timeMs: number;
  /** Events of the person as they were published, where the letter is a message that was refused. */
  readonly events: readonly Uint8Array[];
  /** Hits of the person, where it is a part of a parked proto-session. */
  readonly hits: readonly Hit[];
}

export interface PersonLetters {
  /** In the order in which they came. */
  of(property: Property, person: Person, signal: AbortSignal): AsyncIterable<PersonLetter>;
}
