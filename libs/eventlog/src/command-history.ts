import { Refusal } from '@drawdown/errors';
import type { Command, CommandIndex } from './decider.js';
import { LIMITS } from './limits.js';
import type { Decision, EventLog, RecordedMessage } from './log.js';
import { isUnknownEvent, type UnknownEvent } from './registry.js';

export type Verdict<E> =
  | { readonly kind: 'new' }
  | { readonly kind: 'repeated'; readonly sequence: number; readonly events: readonly E[] }
  | { readonly kind: 'refused'; readonly error: Refusal };

interface KnownCommand {
  readonly sequence: number;
  readonly decidedAtMs: number;
}

const NEW = { kind: 'new' } as const;

/**
 * Which commands an aggregate has recorded (design §3.11). In memory lies only where; a repeat reads what it came to from the log again.
 * What was never folded in memory, because a snapshot stood for it, is in the index.
 */
export class CommandHistory<E> {
  readonly #log: EventLog<E>;
  readonly #windowMs: number;
  readonly #index: CommandIndex | undefined;
  readonly #known = new Map<string, KnownCommand>();

  constructor(log: EventLog<E>, windowMs: number, index?: CommandIndex) {
    this.#log = log;
    this.#windowMs = windowMs;
    this.#index = index;
  }

  note({ sequence, decisions }: RecordedMessage<unknown>): void {
    for (const { commandId, decidedAtMs } of decisions) {
      if (!this.#known.has(commandId)) this.#known.set(commandId, { sequence, decidedAtMs });
    }
  }

  /** Forgets commands that would be refused as too old by now. They lie in the order of their decision. */
  forgetExpired(nowMs: number): void {
    const keptFromMs = nowMs - this.#windowMs - LIMITS.commandAheadMsMax;
    for (const [commandId, { decidedAtMs }] of this.#known) {
      if (decidedAtMs >= keptFromMs) return;
      this.#known.delete(commandId);
    }
  }

  /** Whether a command that has just come in may be decided. */
  async judge(command: Command<unknown>, nowMs: number): Promise<Verdict<E>> {
    const remembered = await this.recall(command);
    if (remembered.kind !== 'new') return remembered;
    const sequence = await this.#index?.find(command.id);
    const indexed: Verdict<E> = sequence === undefined ? NEW : await this.#readBack(command, sequence, NEW);
    return indexed.kind === 'new' ? this.#judgeTime(command, nowMs) : indexed;
  }

  /** Whether a command that was judged already has been recorded meanwhile. */
  async recall(command: Command<unknown>): Promise<Verdict<E>> {
    const known = this.#known.get(command.id);
    return known === undefined ? NEW : this.#readBack(command, known.sequence, expired(command, 'what it came to is gone from the log'));
  }

  /** @param absent the verdict if the message does not hold the command */
  async #readBack(command: Command<unknown>, sequence: number, absent: Verdict<E>): Promise<Verdict<E>> {
    const message = await this.#log.readAt(sequence);
    if (message === undefined) return expired(command, 'what it came to is gone from the log');
    const recorded = this.#log.decode(message).decisions.find(decision => decision.commandId === command.id);
    return recorded === undefined ? absent : compare(command, recorded, sequence);
  }

  #judgeTime(command: Command<unknown>, nowMs: number): Verdict<E> {
    if (command.createdAtMs < nowMs - this.#windowMs)
      return expired(command, 'it is older than the window in which repeats are recognised');
    if (command.createdAtMs <= nowMs + LIMITS.commandAheadMsMax) return NEW;
    const description = `is more than ${LIMITS.commandAheadMsMax} ms ahead of the server's clock`;
    const violations = [{ field: 'request_time', description }];
    const metadata = { commandId: command.id, createdAtMs: String(command.createdAtMs), nowMs: String(nowMs) };
    return { kind: 'refused', error: new Refusal('VALIDATION', `the time of the command ${description}`, metadata, violations) };
  }
}

const compare = <E>(command: Command<unknown>, recorded: Decision<E | UnknownEvent>, sequence: number): Verdict<E> => {
  if (recorded.bodyHash === command.bodyHash) {
    return { kind: 'repeated', sequence, events: recorded.events.filter((event): event is E => !isUnknownEvent(event)) };
  }
  const metadata = { commandId: command.id, recorded: recorded.bodyHash, given: command.bodyHash };
  return { kind: 'refused', error: new Refusal('IDEMPOTENCY_MISMATCH', 'the command id was used for another command', metadata) };
};

const expired = ({ id, createdAtMs }: Command<unknown>, detail: string): { readonly kind: 'refused'; readonly error: Refusal } => ({
  kind: 'refused',
  error: new Refusal('COMMAND_EXPIRED', `the command cannot be answered: ${detail}`, {
    commandId: id,
    createdAtMs: String(createdAtMs),
    detail,
  }),
});
