import { isRefusal } from '@drawdown/errors';
import { EventTooLarge, LogUnavailable, StreamFull, StreamMissing, type Subjects } from '@drawdown/eventlog';
import { JetStreamApiError, type JetStreamClient, type PubAck } from '@nats-io/jetstream';
import { RequestError, headers as newHeaders } from '@nats-io/transport-node';
import type { ProtoSessionClose, SessionAddress, SessionFact } from '../../domain/index.js';
import { encodeFact } from './session-facts.js';
import { encodeClose } from './session-messages.js';
import { SESSION_LIMITS, type SessionMessageToPublish } from './session-wire.js';

export interface SessionPublisherOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  readonly subjects: Subjects;
  /** Messages of one close id that wait for their acknowledgement at once. @default 8: 4 MiB in flight */
  readonly parallelPublishesMax?: number;
  /** A message was acknowledged. */
  readonly onPublished?: () => void;
  /** @default 5 s */
  readonly timeoutMs?: number;
}

export interface PublishedClose {
  readonly contentHash: string;
  /** Stream sequence of the last message; a repeat inside the broker's duplicate window answers the first one's. */
  readonly sequence: number;
}

const PARALLEL_PUBLISHES_MAX = 8;
const TIMEOUT_MS = 5_000;

/** Appends to `DRAWDOWN_SESSIONS` without an expected sequence; repeats are safe, because readers apply a revision once (sessions §12.4). */
export class SessionPublisher {
  constructor(private readonly options: SessionPublisherOptions) {}

  /**
   * Publishes everything that a proto-session became; when it resolves, all of it is stored, and only then may the frozen parts go.
   * @throws Refusal `SESSION_TOO_LARGE`, `EVENT_TOO_LARGE`; a Fault says that nothing is certain: call again with the same sessions.
   */
  async publishClose(address: SessionAddress, close: ProtoSessionClose): Promise<PublishedClose> {
    const { chunks, last, contentHash } = encodeClose(this.options.subjects, address, close);
    await this.publishAll(chunks);
    const { seq } = await this.publish(last);
    return { contentHash, sequence: seq };
  }

  /** Publishes one fact. @returns its stream sequence */
  async announce(address: SessionAddress, fact: SessionFact, commandId: string): Promise<number> {
    return (await this.publish(encodeFact(this.options.subjects, address, fact, commandId))).seq;
  }

  private async publishAll(messages: readonly SessionMessageToPublish[]): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let message = messages[next++]; message !== undefined; message = messages[next++]) await this.publish(message);
    };
    const workers = Math.min(messages.length, this.options.parallelPublishesMax ?? PARALLEL_PUBLISHES_MAX);
    const outcomes = await Promise.allSettled(Array.from({ length: workers }, work));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async publish(message: SessionMessageToPublish): Promise<PubAck> {
    const acknowledged = await publishMessage(this.options.publisher, message, { timeoutMs: this.options.timeoutMs ?? TIMEOUT_MS });
    this.options.onPublished?.();
    return acknowledged;
  }
}

export interface PublishOptions {
  readonly timeoutMs: number;
  /** Last stream sequence of the subject; absent: none is expected. */
  readonly expectedSequence?: number;
}

/** One publish; whatever the server or the network answers, under the names of the event log. */
export const publishMessage = async (
  publisher: Pick<JetStreamClient, 'publish'>,
  { subject, messageId, headers, data }: SessionMessageToPublish,
  { timeoutMs, expectedSequence }: PublishOptions,
): Promise<PubAck> => {
  const natsHeaders = newHeaders();
  for (const [name, value] of Object.entries(headers)) natsHeaders.set(name, value);
  try {
    return await publisher.publish(subject, data, {
      headers: natsHeaders,
      msgID: messageId,
      timeout: timeoutMs,
      retries: 0,
      ...(expectedSequence === undefined ? {} : { expect: { lastSubjectSequence: expectedSequence } }),
    });
  } catch (error) {
    throw named(error, subject, data.length);
  }
};

/** The server's error codes that publishing has to tell apart. */
const CODES = { streamNotFound: 10059, messageTooLarge: 10054, storeFailed: 10077 } as const;

const named = (error: unknown, subject: string, sizeBytes: number): unknown => {
  if (isRefusal(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const code = error instanceof JetStreamApiError ? error.code : undefined;
  const nobodyThere = error instanceof Error && error.cause instanceof RequestError && error.cause.isNoResponders();
  if (nobodyThere || code === CODES.streamNotFound) return new StreamMissing('DRAWDOWN_SESSIONS', subject, { cause: error });
  if (code === CODES.messageTooLarge) return new EventTooLarge(subject, sizeBytes, SESSION_LIMITS.messageBytesMax, { cause: error });
  if (code === CODES.storeFailed && /maximum/i.test(detail)) return new StreamFull('DRAWDOWN_SESSIONS', detail, { cause: error });
  return new LogUnavailable(subject, detail, { cause: error });
};
