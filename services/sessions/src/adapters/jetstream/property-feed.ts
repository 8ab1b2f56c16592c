import { EnvelopeCodec, fromJsMsg, isUnknownEvent, type StoredMessage, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { jetstream, type ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SetAsideMessages } from '../../application/operations/set-aside.js';
import type { PropertyRegistry, TimedPropertyEvent } from '../../application/properties/registry.js';
import type { PropertyEvent, SetAsideEvent } from '../../domain/index.js';
import { propertyEvents } from './property-events.js';
import { OPERATIONS_NAMESPACE, setAsideEvents } from './set-aside-events.js';

export interface PropertyFeedOptions {
  readonly nats: NatsConnection;
  readonly subjects: Subjects;
  readonly streamName: string;
  readonly reader: SubjectReader;
  readonly registry: PropertyRegistry;
  readonly setAside: SetAsideMessages;
}

/** The server forgets a consumer that nobody reads after this long. */
const CONSUMER_INACTIVE_MS = 10_000;

/** Keeps a replica's properties up to date from their stream: read whole at start, then followed by an ordered consumer (sessions §10.1). */
export class PropertyFeed {
  readonly #codec = new EnvelopeCodec<PropertyEvent>(propertyEvents);
  readonly #setAsideCodec = new EnvelopeCodec<SetAsideEvent>(setAsideEvents);
  readonly #waiters = new Set<() => void>();
  readonly #filter: string;
  #messages: ConsumerMessages | undefined;
  #sequence = 0;
  #following: Promise<void> | undefined;

  constructor(private readonly options: PropertyFeedOptions) {
    this.#filter = `${options.subjects.prefix}.properties.>`;
  }

  /** Resolves when everything that the stream held at the call has been applied. */
  async start(): Promise<void> {
    const { nats, streamName } = this.options;
    const consumer = await jetstream(nats).consumers.get(streamName, {
      filter_subjects: [this.#filter],
      inactive_threshold: CONSUMER_INACTIVE_MS,
    });
    this.#messages = await consumer.consume();
    this.#following = this.#follow(this.#messages);
    await this.current();
  }

  /** Last message that was applied. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Resolves when everything is applied that the stream held at the call; rejects when the signal aborts first. */
  async current(signal?: AbortSignal): Promise<void> {
    await this.reached(await this.options.reader.lastSequence(this.#filter), signal);
  }

  /** Resolves when this message is applied; rejects with Fault `WAIT_ABORTED` when the signal aborts first. */
  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    if (this.#sequence >= sequence) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.delete(look);
        reject(new Fault('WAIT_ABORTED', 'the properties have not reached the position in time'));
      };
      const look = (): void => {
        if (this.#sequence < sequence) return;
        this.#waiters.delete(look);
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#waiters.add(look);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
    await this.#following;
  }

  async #follow(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) this.#apply(fromJsMsg('properties', message));
  }

  #apply(message: StoredMessage): void {
    const { subjects, registry, setAside } = this.options;
    const namespace = subjects.parse(message.subject)?.values[0];
    if (namespace === OPERATIONS_NAMESPACE) setAside.apply(this.#setAsideOf(message));
    else if (namespace !== undefined) registry.apply(message.subject, namespace, this.#eventsOf(message), message.sequence);
    this.#sequence = message.sequence;
    for (const look of this.#waiters) look();
  }

  #setAsideOf(message: StoredMessage): readonly SetAsideEvent[] {
    const events = this.#setAsideCodec.decode(message).decisions.flatMap(decision => decision.events);
    return events.filter((event): event is SetAsideEvent => !isUnknownEvent(event));
  }

  #eventsOf(message: StoredMessage): readonly TimedPropertyEvent[] {
    return this.#codec
      .decode(message)
      .decisions.flatMap(({ events, decidedAtMs, commandId }) =>
        events
          .filter((event): event is PropertyEvent => !isUnknownEvent(event))
          .map((event): TimedPropertyEvent => ({ event, atMs: decidedAtMs, commandId })),
      );
  }
}
