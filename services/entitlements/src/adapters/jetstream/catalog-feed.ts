import { EnvelopeCodec, fromJsMsg, isUnknownEvent, type StoredMessage, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { jetstream, type ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Catalog } from '../../application/catalog/catalog.js';
import type { CatalogEvent, CatalogKind } from '../../domain/index.js';
import { catalogEvents } from './catalog-events.js';

export interface CatalogFeedOptions {
  readonly nats: NatsConnection;
  readonly subjects: Subjects;
  readonly streamName: string;
  readonly reader: SubjectReader;
  readonly catalog: Catalog;
  /** Told after every message that was applied. */
  readonly onChange: () => void;
}

/** The server forgets a consumer that nobody reads after this long. */
const CONSUMER_INACTIVE_MS = 10_000;

const KINDS: readonly string[] = ['meter', 'feature', 'set-aside'] satisfies CatalogKind[];

/** Keeps a replica's catalogue up to date from the stream: read whole at start, then followed by an ordered consumer (design §4.1). */
export class CatalogFeed {
  readonly #codec = new EnvelopeCodec<CatalogEvent>(catalogEvents);
  readonly #waiters = new Set<() => void>();
  #messages: ConsumerMessages | undefined;
  #sequence = 0;
  #following: Promise<void> | undefined;

  constructor(private readonly options: CatalogFeedOptions) {}

  /** Resolves when everything that the stream held at the call has been applied. */
  async start(): Promise<void> {
    const { nats, streamName, subjects, reader } = this.options;
    const last = await reader.lastSequence(subjects.catalogFilter());
    const consumer = await jetstream(nats).consumers.get(streamName, {
      filter_subjects: [subjects.catalogFilter()],
      inactive_threshold: CONSUMER_INACTIVE_MS,
    });
    this.#messages = await consumer.consume();
    this.#following = this.#follow(this.#messages);
    await this.reached(last);
  }

  /** Last message of the catalogue that was applied. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Resolves when the catalogue has everything up to this message of it; rejects when the signal aborts first. */
  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    if (this.#sequence >= sequence) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#sequence < sequence) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      signal?.addEventListener('abort', () => {
        this.#waiters.delete(look);
        reject(new Fault('WAIT_ABORTED', 'the catalogue has not reached the position in time'));
      });
    });
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
    await this.#following;
  }

  async #follow(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) this.#apply(fromJsMsg('entitlements', message));
  }

  #apply(message: StoredMessage): void {
    const { subjects, catalog, onChange } = this.options;
    const [namespace, kind] = subjects.parse(message.subject)?.values ?? [];
    // Another kind belongs to a later build, which knows what it means.
    if (namespace !== undefined && isKind(kind)) {
      const { decisions } = this.#codec.decode(message);
      const events = decisions.flatMap(decision =>
        decision.events
          .filter((event): event is CatalogEvent => !isUnknownEvent(event))
          .map(event => ({ event, at: decision.decidedAtMs })),
      );
      const [first] = events;
      if (first !== undefined) catalog.apply({ namespace, kind, key: keyOf(first.event) }, events, message.sequence);
    }
    this.#sequence = message.sequence;
    onChange();
    for (const look of this.#waiters) look();
  }
}

const isKind = (kind: string | undefined): kind is CatalogKind => kind !== undefined && KINDS.includes(kind);

/** The subject may have nothing but a hash of a long key; the event says it whole. */
const keyOf = (event: CatalogEvent): string => {
  switch (event.type) {
    case 'meter-created':
      return event.meter.key;
    case 'feature-created':
      return event.feature.key;
    case 'feature-archived':
      return event.key;
    case 'message-set-aside':
    case 'message-taken-back':
      return `${event.stream}-${event.sequence}`;
  }
};
