import { Fault, Refusal, isFault } from '@drawdown/errors';
import type { StoredMessage, SubjectReader, Subjects } from '@drawdown/eventlog';
import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import type { OperatorFact, SessionAddress } from '../../domain/index.js';
import { encodeFact } from './session-facts.js';
import { publishMessage } from './session-publisher.js';
import { SESSION_HEADERS, type SessionMessageToPublish } from './session-wire.js';

export interface SessionCommandsOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  /** Of the stream of sessions. */
  readonly reader: SubjectReader;
  readonly subjects: Subjects;
}

export interface OperatorCommand {
  readonly id: string;
  /** When the caller made it; the same at every repeat. What was recorded earlier is not looked at. */
  readonly createdAtMs: number;
}

export interface Recorded {
  readonly sequence: number;
  /** The command was recorded before. */
  readonly repeated: boolean;
}

/** Sessions of the same property close between a look and an append; each time the append is tried again. */
const ATTEMPTS_MAX = 64;
const TIMEOUT_MS = 5_000;
/** The caller's clock may be ahead of the server's by this much. */
const CREATED_EARLIER_MS = 60_000;
/** Wrong last sequence, duplicate in process, wrong last sequence in process: somebody was faster, or it was we (design §4.5). */
const CONFLICTS: readonly number[] = [10071, 10158, 10164];

/**
 * Records what an operator decides, with the expected last sequence of its subject: of two repeats that are under way at once only one is
 * stored, also beyond the broker's duplicate window.
 */
export class SessionCommands {
  constructor(private readonly options: SessionCommandsOptions) {}

  /**
   * @throws Refusal `IDEMPOTENCY_MISMATCH`: the id was used for something else; Fault `CONTENTION`, or a fault of the log: call again with the
   * same command
   */
  async record(address: SessionAddress, fact: OperatorFact, command: OperatorCommand): Promise<Recorded> {
    const message = encodeFact(this.options.subjects, address, fact, command.id);
    let seen = await this.look(message, await this.startOf(message, command));
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      if (seen.repeat !== undefined) return { sequence: seen.repeat, repeated: true };
      const sequence = await this.tryAppend(message, seen.last);
      if (sequence !== undefined) return { sequence, repeated: false };
      seen = await this.look(message, seen.last);
    }
    throw new Fault('CONTENTION', `other messages came first ${ATTEMPTS_MAX} times`, { subject: message.subject });
  }

  /** Where the command was recorded; `undefined` when it was not. @throws Refusal `IDEMPOTENCY_MISMATCH` */
  async recorded(address: SessionAddress, fact: OperatorFact, command: OperatorCommand): Promise<number | undefined> {
    const message = encodeFact(this.options.subjects, address, fact, command.id);
    return (await this.look(message, await this.startOf(message, command))).repeat;
  }

  /** Sequence of the subject's last message that cannot be the command yet. */
  private async startOf({ subject }: SessionMessageToPublish, { createdAtMs }: OperatorCommand): Promise<number> {
    const { reader } = this.options;
    const first = await reader.firstSince(subject, createdAtMs - CREATED_EARLIER_MS);
    return first === undefined ? reader.lastSequence(subject) : first.sequence - 1;
  }

  /** Reads the subject on behind a message, up to the command or to its end. */
  private async look(message: SessionMessageToPublish, behind: number): Promise<{ readonly last: number; readonly repeat?: number }> {
    let last = behind;
    for await (const stored of this.options.reader.from(message.subject, behind + 1)) {
      if (isRepeat(stored, message)) return { last, repeat: stored.sequence };
      last = stored.sequence;
    }
    return { last };
  }

  /** `undefined`: somebody else's message is there, or the answer did not say. */
  private async tryAppend(message: SessionMessageToPublish, expectedSequence: number): Promise<number | undefined> {
    try {
      const { seq, duplicate } = await publishMessage(this.options.publisher, message, { timeoutMs: TIMEOUT_MS, expectedSequence });
      return duplicate ? undefined : seq;
    } catch (error) {
      const cause = isFault(error) ? error.cause : undefined;
      if (cause instanceof JetStreamApiError && CONFLICTS.includes(cause.code)) return undefined;
      throw error;
    }
  }
}

/** @throws Refusal `IDEMPOTENCY_MISMATCH` */
const isRepeat = (stored: StoredMessage, message: SessionMessageToPublish): boolean => {
  if (stored.headers.get(SESSION_HEADERS.id) !== message.headers[SESSION_HEADERS.id]) return false;
  if (Buffer.compare(stored.data, message.data) === 0) return true;
  throw new Refusal('IDEMPOTENCY_MISMATCH', 'the id of the command was used for another one', { sequence: String(stored.sequence) });
};
