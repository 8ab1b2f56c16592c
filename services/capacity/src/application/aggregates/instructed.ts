import { decideInstant, type Seconds } from '../../domain/index.js';

/**
 * The instant that a command counts for (capacity §13.1): now by the stream's clock; what a caller with the right to backdate has given; or,
 * for a consequence of something else, its instant raised to the aggregate's last one, so that it is never refused for its time.
 */
export type When = 'now' | { readonly given: Seconds } | { readonly atLeast: Seconds };

/** A command without its instant, which is known only when it is decided. */
export type Untimed<Command> = Command extends { readonly at: Seconds } ? Omit<Command, 'at'> : Command;

/** What an aggregate is told: a command of somebody in a namespace, for an instant. */
export interface Instructed<Command> {
  readonly namespace: string;
  readonly when: When;
  readonly command: Untimed<Command>;
}

/** @throws Refusal `AT_IN_FUTURE`, `AT_TOO_OLD` */
export const instantOf = (when: When, clock: Seconds, lastAt: Seconds): Seconds => {
  if (when === 'now') return decideInstant({ given: undefined, clock, lastAt });
  return 'given' in when ? decideInstant({ given: when.given, clock, lastAt }) : Math.max(when.atLeast, lastAt);
};
