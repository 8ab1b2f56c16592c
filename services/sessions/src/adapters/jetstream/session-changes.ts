import { encodeToken, fromJsMsg, type StoredMessage, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SessionChanges } from '../../application/queries/ports.js';
import { Publications } from '../../application/views/publications.js';
import { imagesOf } from '../../application/views/session-images.js';
import type { SessionHeader } from '../../domain/index.js';
import { decodeSessionMessage } from './session-decode.js';

/** The server forgets a consumer that nobody reads after this long. */
const CONSUMER_INACTIVE_MS = 10_000;
/** Chunks that one watch keeps in memory; what lies beyond is read again when its publication is complete. */
const CHUNK_BYTES_MAX = 4 * 1_024 * 1_024;

export interface PublishedChangesOptions {
  readonly nats: NatsConnection;
  readonly subjects: Subjects;
  /** Of the stream of sessions. */
  readonly streamName: string;
  readonly reader: SubjectReader;
}

/** Closed sessions as they come on DRAWDOWN_SESSIONS, for those who watch: an ordered consumer each, from now on. */
export class PublishedChanges implements SessionChanges {
  constructor(private readonly options: PublishedChangesOptions) {}

  async watch(namespace: string, propertyId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<SessionHeader>> {
    const { nats, subjects, streamName } = this.options;
    const property = propertyId === undefined ? '*' : encodeToken(propertyId, 'property');
    const consumer = await jetstream(nats).consumers.get(streamName, {
      filter_subjects: [`${subjects.prefix}.sessions.*.${encodeToken(namespace, 'namespace')}.${property}`],
      deliver_policy: DeliverPolicy.New,
      inactive_threshold: CONSUMER_INACTIVE_MS,
    });
    const messages = await consumer.consume();
    const stop = (): void => void messages.close();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return this.#headers(messages);
  }

  async *#headers(messages: AsyncIterable<Parameters<typeof fromJsMsg>[1]>): AsyncGenerator<SessionHeader> {
    const publications = new Publications({ bytesMax: CHUNK_BYTES_MAX, readAgain: sequence => this.#chunkAt(sequence) });
    for await (const message of messages) yield* await this.#take(fromJsMsg('sessions', message), publications);
  }

  async #take(message: StoredMessage, publications: Publications): Promise<readonly SessionHeader[]> {
    const decoded = decodeSessionMessage(this.options.subjects, message);
    if (!decoded.ok) return [];
    const { value } = decoded;
    publications.giveUp(message.timeMs);
    if (value.kind === 'chunk') publications.add(value, message);
    if (value.kind !== 'closed') return [];
    const publication = await publications.take(value);
    if (publication === undefined || value.rewritten !== undefined) return [];
    return imagesOf(publication, message.sequence, message.timeMs).sessions.map(({ header }) => header);
  }

  async #chunkAt(sequence: number): ReturnType<ConstructorParameters<typeof Publications>[0]['readAgain']> {
    const message = await this.options.reader.at(sequence);
    const decoded = message === undefined ? undefined : decodeSessionMessage(this.options.subjects, message);
    return decoded?.ok === true && decoded.value.kind === 'chunk' ? decoded.value : undefined;
  }
}
