import { EnvelopeCodec } from './envelope.js';
import { EventTooLarge } from './errors.js';
import type { AppendOptions, Appended, Decision, EventLog, RecordedMessage } from './log.js';
import type { StoredMessage } from './message.js';
import type { EventRegistry } from './registry.js';
import type { StreamKey } from './streams.js';

export interface MemoryEventLogOptions<E> {
  readonly registry: EventRegistry<E>;
  readonly stream: StreamKey;
  /** The "server's" clock, in milliseconds since 1970. */
  readonly nowMs: () => number;
  /** @default 1 MiB, the server's default */
  readonly messageBytesMax?: number;
}

const MESSAGE_BYTES_MAX = 1024 * 1024;

/** The port in memory, for tests of what stands on it. It stores bytes and reads them back, as the real one does. */
export class MemoryEventLog<E> implements EventLog<E> {
  readonly #options: MemoryEventLogOptions<E>;
  readonly #codec: EnvelopeCodec<E>;
  readonly #messages: StoredMessage[] = [];
  readonly #bySubject = new Map<string, StoredMessage[]>();

  constructor(options: MemoryEventLogOptions<E>) {
    this.#options = options;
    this.#codec = new EnvelopeCodec(options.registry);
  }

  async append(
    subject: string,
    expectedSequence: number,
    decisions: readonly Decision<E>[],
    options: AppendOptions = {},
  ): Promise<Appended<E>> {
    const { headers, data } = this.#codec.encode(subject, decisions);
    const sizeBytesMax = this.#options.messageBytesMax ?? MESSAGE_BYTES_MAX;
    if (data.length > sizeBytesMax) throw new EventTooLarge(subject, data.length, sizeBytesMax);
    const present = this.#bySubject.get(subject) ?? [];
    const lastSequence = present.at(-1)?.sequence ?? 0;
    if (lastSequence !== expectedSequence) {
      const since = present.filter(message => message.sequence > expectedSequence).map(message => this.decode(message));
      return { kind: 'conflict', since, lastSequence };
    }
    const message: StoredMessage = {
      stream: this.#options.stream,
      subject,
      sequence: this.#messages.length + 1,
      timeMs: this.#options.nowMs(),
      headers: new Map([...Object.entries(headers), ...Object.entries(options.headers ?? {})]),
      data,
    };
    this.#messages.push(message);
    if (present.push(message) === 1) this.#bySubject.set(subject, present);
    return { kind: 'appended', sequence: message.sequence };
  }

  async *read(subject: string, fromSequence: number): AsyncIterable<RecordedMessage<E>> {
    const present = (this.#bySubject.get(subject) ?? []).filter(message => message.sequence >= fromSequence);
    for (const message of present) yield this.decode(message);
  }

  async lastSequence(subject: string): Promise<number> {
    return this.#bySubject.get(subject)?.at(-1)?.sequence ?? 0;
  }

  async readAt(sequence: number): Promise<StoredMessage | undefined> {
    return this.#messages[sequence - 1];
  }

  decode(message: StoredMessage): RecordedMessage<E> {
    return this.#codec.decode(message);
  }

  sizeBytes(subject: string, decision: Decision<E>): number {
    return this.#codec.sizeBytes(subject, decision);
  }
}
