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
  /** Shared by logs that are to see each other's messages. @default one of its own */
  readonly storage?: MemoryStorage;
}

/** The messages of one stream in memory. */
export class MemoryStorage {
  readonly messages: StoredMessage[] = [];
  readonly bySubject = new Map<string, StoredMessage[]>();
}

const MESSAGE_BYTES_MAX = 1024 * 1024;

/** The port in memory, for tests of what stands on it. It stores bytes and reads them back, as the real one does. */
export class MemoryEventLog<E> implements EventLog<E> {
  readonly #options: MemoryEventLogOptions<E>;
  readonly #codec: EnvelopeCodec<E>;
  readonly #storage: MemoryStorage;

  constructor(options: MemoryEventLogOptions<E>) {
    this.#options = options;
    this.#storage = options.storage ?? new MemoryStorage();
    this.#codec = new EnvelopeCodec(options.registry);
  }

  async append(
    subject: string,
    expectedSequence: number,
    decisions: readonly Decision<E>[],
    options: AppendOptions = {},
  ): Promise<Appended<E>> {
    const { headers, data } = this.#codec.encode(subject, decisions, options.headers);
    const sizeBytesMax = this.#options.messageBytesMax ?? MESSAGE_BYTES_MAX;
    if (data.length > sizeBytesMax) throw new EventTooLarge(subject, data.length, sizeBytesMax);
    const present = this.#storage.bySubject.get(subject) ?? [];
    const lastSequence = present.at(-1)?.sequence ?? 0;
    if (lastSequence !== expectedSequence) {
      const newer = present.filter(message => message.sequence > expectedSequence);
      const mine = newer.find(message => Buffer.compare(message.data, data) === 0);
      if (mine !== undefined) return { kind: 'appended', sequence: mine.sequence };
      const since = newer.map(message => this.decode(message));
      return { kind: 'conflict', since, lastSequence };
    }
    const message: StoredMessage = {
      stream: this.#options.stream,
      subject,
      sequence: this.#storage.messages.length + 1,
      timeMs: this.#options.nowMs(),
      headers: new Map(Object.entries(headers)),
      data,
    };
    this.#storage.messages.push(message);
    if (present.push(message) === 1) this.#storage.bySubject.set(subject, present);
    return { kind: 'appended', sequence: message.sequence };
  }

  async *read(subject: string, fromSequence: number): AsyncIterable<RecordedMessage<E>> {
    const present = (this.#storage.bySubject.get(subject) ?? []).filter(message => message.sequence >= fromSequence);
    for (const message of present) yield this.decode(message);
  }

  async lastSequence(subject: string): Promise<number> {
    return this.#storage.bySubject.get(subject)?.at(-1)?.sequence ?? 0;
  }

  async readAt(sequence: number): Promise<StoredMessage | undefined> {
    return this.#storage.messages[sequence - 1];
  }

  decode(message: StoredMessage): RecordedMessage<E> {
    return this.#codec.decode(message);
  }

  sizeBytes(subject: string, decision: Decision<E>): number {
    return this.#codec.sizeBytes(subject, decision);
  }
}
