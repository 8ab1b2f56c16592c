import {
  JetStreamApiCodes,
  JetStreamApiError,
  JetStreamError,
  type JetStreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import { LogUnavailable } from './errors.js';
import { LIMITS } from './limits.js';
import { fromStoredMsg, type StoredMessage } from './message.js';
import type { StreamKey } from './streams.js';

const NOT_FOUND_STATUS = 404;

/**
 * Reads one stream so that nothing committed is missed. Direct reads are quick but any replica answers them, perhaps one that is behind;
 * the stream's leader alone says what the last message is (design §4.5).
 */
export class SubjectReader {
  readonly #manager: JetStreamManager;
  readonly #key: StreamKey;
  readonly #stream: string;

  constructor(manager: JetStreamManager, key: StreamKey, stream: string) {
    this.#manager = manager;
    this.#key = key;
    this.#stream = stream;
  }

  /** The subject's last sequence as the leader knows it; 0: none. */
  async lastSequence(subject: string): Promise<number> {
    return (await this.#fromLeader(subject, { last_by_subj: subject }))?.sequence ?? 0;
  }

  /** A message by its sequence, from the leader. */
  async at(sequence: number): Promise<StoredMessage | undefined> {
    return sequence < 1 ? undefined : this.#fromLeader(`sequence ${sequence}`, { seq: sequence });
  }

  /**
   * The first message at or after a time, by the server's clock; undefined when there is none. A direct read: of a replica that is behind
   * it may miss the newest messages, never older ones.
   */
  async firstSince(subject: string, timeMs: number): Promise<StoredMessage | undefined> {
    const [first] = await this.#direct(subject, { start_time: new Date(timeMs).toISOString() }, 1);
    return first;
  }

  /** Everything from `fromSequence` to the last message the leader has at this moment. */
  async *from(subject: string, fromSequence: number): AsyncGenerator<StoredMessage, void, void> {
    const last = await this.lastSequence(subject);
    let next = fromSequence;
    let isDirect = true;
    while (next <= last) {
      const batch: StoredMessage[] = isDirect
        ? await this.#direct(subject, { seq: next }, LIMITS.readBatchMessages)
        : await this.#nextFromLeader(subject, next);
      if (batch.length === 0 && !isDirect) return; // the last message expired meanwhile
      isDirect = batch.length > 0 && isDirect; // a replica that is behind: the leader has the rest
      for (const message of batch) {
        if (message.sequence > last) return;
        yield message;
        next = message.sequence + 1;
      }
    }
  }

  async #nextFromLeader(subject: string, sequence: number): Promise<StoredMessage[]> {
    const query: MsgRequest & { next_by_subj: string } = { seq: sequence, next_by_subj: subject };
    const message = await this.#fromLeader(subject, query);
    return message === undefined ? [] : [message];
  }

  async #fromLeader(about: string, query: MsgRequest): Promise<StoredMessage | undefined> {
    try {
      const message = await this.#manager.streams.getMessage(this.#stream, query);
      return message === null ? undefined : fromStoredMsg(this.#key, message);
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return undefined;
      throw unavailable(about, error);
    }
  }

  /** One batch by direct read; the callback form, because only that one gives its subscription back. */
  async #direct(
    subject: string,
    start: { readonly seq: number } | { readonly start_time: string },
    batch: number,
  ): Promise<StoredMessage[]> {
    const messages: StoredMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(unavailable(subject, new Error('a direct read did not end'))), LIMITS.readTimeoutMs);
      const settle = (error: Error | undefined): void => {
        clearTimeout(deadline);
        if (error === undefined || isNotFound(error)) resolve();
        else reject(unavailable(subject, error));
      };
      this.#manager.direct
        .getBatch(this.#stream, {
          ...start,
          next_by_subj: subject,
          batch,
          callback: (done, message: StoredMsg) => {
            if (done === null) messages.push(fromStoredMsg(this.#key, message));
            else settle(done.err);
          },
        })
        .catch((error: unknown) => settle(asError(error)));
    });
    return messages;
  }
}

const isNotFound = (error: Error): boolean => error instanceof JetStreamError && 'code' in error && error.code === NOT_FOUND_STATUS;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const unavailable = (about: string, error: unknown): LogUnavailable => new LogUnavailable(about, asError(error).message, { cause: error });
