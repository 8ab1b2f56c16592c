import type { Command, Decider } from './decider.js';
import { LIMITS } from './limits.js';
import type { Decision } from './log.js';

/** What deciding one command came to; `after` is the state that its caller is told. */
export type Outcome<S, E> =
  | { readonly kind: 'decided'; readonly decision: Decision<E>; readonly after: S }
  | { readonly kind: 'nothing'; readonly after: S }
  | { readonly kind: 'refused'; readonly error: unknown };

export interface Group<S, E> {
  readonly outcomes: readonly Outcome<S, E>[];
  readonly decisions: readonly Decision<E>[];
  readonly after: S;
  readonly ttlSeconds?: number;
}

export interface GroupLimits<E> {
  readonly sizeBytes: (decision: Decision<E>) => number;
  readonly ttlSecondsOf: (events: readonly E[]) => number | undefined;
}

/**
 * Decides commands one after the other, each on the state that the ones before it left, until the message is full (design §3.8).
 * `outcomes` answers a prefix of the commands, at least the first; the rest belongs to the next message. Messages that expire and
 * messages that do not are never mixed.
 */
export const decideGroup = <S, C, E>(
  decider: Decider<S, C, E>,
  state: S,
  commands: readonly Command<C>[],
  atMs: number,
  limits: GroupLimits<E>,
): Group<S, E> => {
  const outcomes: Outcome<S, E>[] = [];
  const decisions: Decision<E>[] = [];
  let after = state;
  let bytes = 0;
  let ttlSeconds: number | undefined;
  for (const command of commands.slice(0, LIMITS.commandsPerMessageMax)) {
    const outcome = decideOne(decider, after, command, atMs, limits);
    if (outcome.kind === 'decided') {
      const { decision } = outcome;
      const size = limits.sizeBytes(decision);
      const ttl = limits.ttlSecondsOf(decision.events);
      const isFull = bytes + size > LIMITS.groupBytesMax || (decisions.length > 0 && ttl !== ttlSeconds);
      if (isFull && outcomes.length > 0) break;
      bytes += size;
      ttlSeconds = ttl;
      decisions.push(decision);
      after = outcome.after;
    }
    outcomes.push(outcome);
  }
  return { outcomes, decisions, after, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) };
};

const decideOne = <S, C, E>(
  decider: Decider<S, C, E>,
  state: S,
  command: Command<C>,
  atMs: number,
  limits: GroupLimits<E>,
): Outcome<S, E> => {
  try {
    const events = decider.decide(command.body, state, atMs);
    if (events.length === 0) return { kind: 'nothing', after: state };
    const decision = { commandId: command.id, bodyHash: command.bodyHash, decidedAtMs: atMs, events };
    limits.sizeBytes(decision); // what cannot be written down is this command's failure, not the group's
    return { kind: 'decided', decision, after: events.reduce((now, event) => decider.evolve(now, event, atMs), state) };
  } catch (error) {
    return { kind: 'refused', error };
  }
};
