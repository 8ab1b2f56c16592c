import { EnvelopeCodec, fromJsMsg, isUnknownEvent, type StoredMessage, type SubjectReader } from '@drawdown/eventlog';
import { jetstream, type ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SetAsideMessages } from '../../application/operations/set-aside.js';
import type { SetAsideEvent } from '../../domain/index.js';
import { setAsideEvents } from '../wire/events/set-aside.js';

export interface SetAsideFeedOptions {
  readonly nats: NatsConnection;
  readonly streamName: string;
  /** Of the one aggregate. */
  readonly subject: string;
  readonly reader: SubjectReader;
  readonly messages: SetAsideMessages;
}

/** The server forgets a consumer that nobody reads after this long. */
const CONSUMER_INACTIVE_MS = 10_000;

/** Tells a replica what is set aside: read whole at start, then followed by an ordered consumer (design §4.10). */
export class SetAsideFeed {
  readonly #codec = new EnvelopeCodec<SetAsideEvent>(setAsideEvents);
  readonly #waiters = new Set<() => void>();
  #consumed: ConsumerMessages | undefined;
  #following: Promise<void> | undefined;
  #sequence = 0;

  constructor(private readonly options: SetAsideFeedOptions) {}

  /** Resolves when everything that the stream held at the call has been applied: before, no partition may be folded. */
  async start(): Promise<void> {
    const { nats, streamName, subject, reader } = this.options;
    const consumer = await jetstream(nats).consumers.get(streamName, {
      filter_subjects: [subject],
      inactive_threshold: CONSUMER_INACTIVE_MS,
    });
    this.#consumed = await consumer.consume();
    this.#following = this.#follow(this.#consumed);
    await this.reached(await reader.lastSequence(subject));
  }

  /** Resolves when this message is applied. */
  reached(sequence: number): Promise<void> {
    if (this.#sequence >= sequence) return Promise.resolve();
    return new Promise(resolve => {
      const look = (): void => {
        if (this.#sequence < sequence) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
    });
  }

  async stop(): Promise<void> {
    await this.#consumed?.close();
    await this.#following;
  }

  async #follow(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) this.#apply(fromJsMsg('capacity', message));
  }

  #apply(message: StoredMessage): void {
    const events = this.#codec.decode(message).decisions.flatMap(decision => decision.events);
    this.options.messages.apply(events.filter((event): event is SetAsideEvent => !isUnknownEvent(event)));
    this.#sequence = message.sequence;
    for (const look of this.#waiters) look();
  }
}
