import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, PubAck } from '@nats-io/jetstream';
import { RequestError, headers as newHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { EnvelopeCodec, HEADERS, type Envelope } from './envelope.js';
import { EventTooLarge, LogUnavailable, StreamFull, StreamMissing } from './errors.js';
import { LIMITS } from './limits.js';
import type { AppendOptions, Appended, Decision, EventLog, RecordedMessage } from './log.js';
import type { StoredMessage } from './message.js';
import type { EventRegistry } from './registry.js';
import type { StreamDeclaration } from './streams.js';
import { SubjectReader } from './subject-reader.js';

export interface JetStreamEventLogOptions<E> {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  readonly manager: JetStreamManager;
  readonly stream: Pick<StreamDeclaration, 'key' | 'name'>;
  readonly registry: EventRegistry<E>;
  /** What the server takes in one message, headers included. */
  readonly messageBytesMax: number;
  /** @default 5 s */
  readonly appendTimeoutMs?: number;
}

/** The server's error codes that an append has to tell apart. */
const CODES = {
  streamNotFound: 10059,
  messageTooLarge: 10054,
  storeFailed: 10077,
  resourcesExceeded: [10002, 10023, 10028, 10047],
  wrongLastSequence: 10071,
  duplicateInProcess: 10158,
  wrongLastSequenceInProcess: 10164,
} as const;

/** What the client and the server add to our headers: expectation, message id, TTL, the status line. */
const HEADER_OVERHEAD_BYTES = 256;

/** The port on JetStream. An append is one publish; nothing else is asked unless its answer leaves the outcome unknown (design §4.5). */
export class JetStreamEventLog<E> implements EventLog<E> {
  readonly #options: JetStreamEventLogOptions<E>;
  readonly #codec: EnvelopeCodec<E>;
  readonly #reader: SubjectReader;

  constructor(options: JetStreamEventLogOptions<E>) {
    this.#options = options;
    this.#codec = new EnvelopeCodec(options.registry);
    this.#reader = new SubjectReader(options.manager, options.stream.key, options.stream.name);
  }

  static async open<E>(
    nats: NatsConnection,
    stream: Pick<StreamDeclaration, 'key' | 'name'>,
    registry: EventRegistry<E>,
  ): Promise<JetStreamEventLog<E>> {
    return new JetStreamEventLog({
      publisher: jetstream(nats, { timeout: LIMITS.appendTimeoutMs }),
      manager: await jetstreamManager(nats, { checkAPI: false, timeout: LIMITS.readTimeoutMs }),
      stream,
      registry,
      messageBytesMax: nats.info?.max_payload ?? 0,
    });
  }

  async append(
    subject: string,
    expectedSequence: number,
    decisions: readonly Decision<E>[],
    options: AppendOptions = {},
  ): Promise<Appended<E>> {
    const envelope = this.#codec.encode(subject, decisions, options.headers);
    const headers = toNatsHeaders(envelope);
    this.#checkSize(subject, envelope, headers);
    let acknowledged: PubAck;
    try {
      acknowledged = await this.#options.publisher.publish(subject, envelope.data, {
        headers,
        msgID: `${subject}|${envelope.headers[HEADERS.commands]?.split(':')[0]}`,
        expect: { lastSubjectSequence: expectedSequence },
        timeout: this.#options.appendTimeoutMs ?? LIMITS.appendTimeoutMs,
        retries: 0, // a repeat is decided on what the log says, not on silence
        ...(options.ttlSeconds === undefined ? {} : { ttl: `${options.ttlSeconds}s` }),
      });
    } catch (error) {
      return this.#afterFailure(subject, expectedSequence, envelope, error);
    }
    if (!acknowledged.duplicate) return { kind: 'appended', sequence: acknowledged.seq };
    return this.#resolve(subject, expectedSequence, envelope, acknowledged.seq);
  }

  async *read(subject: string, fromSequence: number): AsyncIterable<RecordedMessage<E>> {
    for await (const message of this.#reader.from(subject, fromSequence)) yield this.decode(message);
  }

  async lastSequence(subject: string): Promise<number> {
    return this.#reader.lastSequence(subject);
  }

  async readAt(sequence: number): Promise<StoredMessage | undefined> {
    return this.#reader.at(sequence);
  }

  decode(message: StoredMessage): RecordedMessage<E> {
    return this.#codec.decode(message);
  }

  sizeBytes(subject: string, decision: Decision<E>): number {
    return this.#codec.sizeBytes(subject, decision);
  }

  #checkSize(subject: string, envelope: Envelope, headers: MsgHdrs): void {
    const headerBytes = headers.keys().reduce((sum, name) => sum + name.length + headers.get(name).length + 4, HEADER_OVERHEAD_BYTES);
    const sizeBytes = envelope.data.length + headerBytes + 2 * subject.length;
    if (sizeBytes > this.#options.messageBytesMax) throw new EventTooLarge(subject, sizeBytes, this.#options.messageBytesMax);
  }

  /** Tells "certainly not stored" from "unknown"; the unknown is looked up. */
  async #afterFailure(subject: string, expectedSequence: number, envelope: Envelope, error: unknown): Promise<Appended<E>> {
    const { name } = this.#options.stream;
    if (isNobodyThere(error)) throw new StreamMissing(name, subject, { cause: error });
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    const detail = error instanceof Error ? error.message : String(error);
    if (code === CODES.streamNotFound) throw new StreamMissing(name, subject, { cause: error });
    if (code === CODES.messageTooLarge) {
      throw new EventTooLarge(subject, envelope.data.length, this.#options.messageBytesMax, { cause: error });
    }
    if (isFull(code, detail)) throw new StreamFull(name, detail, { cause: error });
    const resolved = await this.#resolve(subject, expectedSequence, envelope);
    const isNews = resolved.kind === 'appended' || resolved.since.length > 0 || resolved.lastSequence !== expectedSequence;
    if (isNews || code === undefined || isConflict(code)) return resolved;
    throw new LogUnavailable(subject, detail, { cause: error });
  }

  /**
   * Reads the subject on from the expectation and looks for exactly these bytes. Anything else, also a message that holds some of the
   * commands or an earlier attempt at them, is a conflict: its reader finds the commands that are recorded and decides the others again.
   */
  async #resolve(subject: string, expectedSequence: number, envelope: Envelope, duplicateOf?: number): Promise<Appended<E>> {
    const since: StoredMessage[] = [];
    const from = Math.min(expectedSequence + 1, duplicateOf ?? Number.POSITIVE_INFINITY);
    for await (const message of this.#reader.from(subject, from)) {
      if (isSame(message, envelope)) return { kind: 'appended', sequence: message.sequence };
      if (message.sequence > expectedSequence || message.sequence === duplicateOf) since.push(message);
    }
    const newest = since.at(-1)?.sequence ?? 0;
    // What was stored after the read is not in `since`, so it must not be in the sequence either: the next append meets it.
    const lastSequence = newest > expectedSequence ? newest : Math.min(expectedSequence, await this.lastSequence(subject));
    return { kind: 'conflict', since: since.map(message => this.decode(message)), lastSequence };
  }
}

const toNatsHeaders = (envelope: Envelope): MsgHdrs => {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(envelope.headers)) headers.set(name, value);
  return headers;
};

const isNobodyThere = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof RequestError && error.cause.isNoResponders();

const isFull = (code: number | undefined, detail: string): boolean =>
  code !== undefined &&
  (CODES.resourcesExceeded.some(candidate => candidate === code) || (code === CODES.storeFailed && /maximum/i.test(detail)));

const isConflict = (code: number): boolean =>
  code === CODES.wrongLastSequence || code === CODES.duplicateInProcess || code === CODES.wrongLastSequenceInProcess;

const isSame = (message: StoredMessage, envelope: Envelope): boolean =>
  message.headers.get(HEADERS.commands) === envelope.headers[HEADERS.commands] && Buffer.compare(message.data, envelope.data) === 0;
