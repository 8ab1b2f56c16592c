import type { StoredMessage } from './message.js';
import type { UnknownEvent } from './registry.js';

/** What one command came to. All its events travel in one message (design §3.8). */
export interface Decision<E> {
  /** The idempotency key, unique within its namespace; 1 to 128 bytes. */
  readonly commandId: string;
  /** Hash of the command's body: the same id with another hash is another command. Letters, digits, `-`, `_`, `+`, `/`, `=`, `:`. */
  readonly bodyHash: string;
  /** Time of the command by the stream's clock, in milliseconds since 1970. */
  readonly decidedAtMs: number;
  /** At least one: a command that changes nothing is not recorded. */
  readonly events: readonly E[];
}

/** One message of an aggregate's subject. */
export interface RecordedMessage<E> {
  readonly sequence: number;
  /** The server's timestamp. */
  readonly timeMs: number;
  readonly decisions: readonly Decision<E | UnknownEvent>[];
}

export interface AppendOptions {
  /** Carried along as they are, `traceparent` for instance. Names of NATS's own and of this package are refused. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The message is removed after this time (`Nats-TTL`); only where the table of design §4.1 allows it. @default for ever */
  readonly ttlSeconds?: number;
}

export type Appended<E> =
  | { readonly kind: 'appended'; readonly sequence: number }
  | {
      readonly kind: 'conflict';
      /**
       * What the subject holds after the expectation, and, if one of the commands had been recorded before it, that older message first.
       * Empty if the outcome was unknown and nothing is there.
       */
      readonly since: readonly RecordedMessage<E>[];
      /**
       * The expectation to decide on next. `since` is complete up to here. Below the expectation only if the subject's last message has
       * expired.
       */
      readonly lastSequence: number;
    };

/** Where decisions go and come from: the port, implemented in memory and on JetStream. */
export interface EventLog<E> {
  /**
   * Stores the decisions as one message, if the subject's last message still has `expectedSequence` (0: none). Answers that leave the
   * outcome unknown (design §4.5) are resolved inside.
   * @throws EventTooLarge, StreamFull, StreamMissing, LogUnavailable
   */
  append(subject: string, expectedSequence: number, decisions: readonly Decision<E>[], options?: AppendOptions): Promise<Appended<E>>;
  /**
   * Everything of the subject from this sequence on (inclusive) up to the last message that the stream's leader has.
   * @throws LogUnavailable
   */
  read(subject: string, fromSequence: number): AsyncIterable<RecordedMessage<E>>;
  /** The subject's last sequence, from the stream's leader; 0: none. @throws LogUnavailable */
  lastSequence(subject: string): Promise<number>;
  /** Any message of the stream; `undefined` if it never was, or is gone. @throws LogUnavailable */
  readAt(sequence: number): Promise<StoredMessage | undefined>;
  /** Pure. @throws Refusal `EVENT_MALFORMED` */
  decode(message: StoredMessage): RecordedMessage<E>;
  /** Bytes that the decision takes in a message, its share of the headers included. Never too small. */
  sizeBytes(subject: string, decision: Decision<E>): number;
}
