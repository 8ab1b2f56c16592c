import { encodeBatch, encodeBinary, UnencodableEvent, type EncodedMessage, type OutgoingEvent } from '@drawdown/cloudevents';
import { Fault, isRefusal } from '@drawdown/errors';
import { encodePosition, INCARNATION_KEY, mergePositions, Subjects, streamTable, type Position } from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import { connect, headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import pRetry from 'p-retry';
import { batchesOf } from './batches.js';
import { PUBLISH_LIMITS } from './limits.js';
import type { ItemRefusal, Published, UsagePublisher } from './publisher.js';

export interface NatsPublisherOptions {
  /** `nats://host:port`, with credentials where needed. */
  readonly url: string;
  /** The tenant whose usage it is (design §4.3). */
  readonly namespace: string;
  /** First token of all subjects. */
  readonly prefix: string;
  /** Envelopes of one partition, or every event in a message of its own. @default 'envelopes': sixty times cheaper to read */
  readonly form?: 'envelopes' | 'single';
}

interface Message {
  readonly subject: string;
  readonly partition: number;
  readonly encoded: EncodedMessage;
}

/**
 * Straight into the usage stream. JetStream confirms messages, so nothing is said here about what a meter makes of an event.
 * @throws Fault `NATS_UNAVAILABLE`, `STREAM_MISSING`, `STREAM_NOT_AS_DECLARED`
 */
export const natsPublisher = async (options: NatsPublisherOptions): Promise<UsagePublisher> => {
  const connection = await connect({ servers: options.url, name: 'drawdown publish' }).catch((error: unknown) => {
    throw new Fault('NATS_UNAVAILABLE', `${options.url} cannot be reached: ${messageOf(error)}`, {}, { cause: error });
  });
  try {
    return new NatsPublisher(connection, options, await incarnationOf(connection, options.prefix));
  } catch (error) {
    await connection.close();
    throw error;
  }
};

const incarnationOf = async (connection: NatsConnection, prefix: string): Promise<string> => {
  const { name } = streamTable(prefix).usage;
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const stream = await manager.streams.info(name).catch((error: unknown) => {
    throw new Fault('STREAM_MISSING', `stream ${name} cannot be read: ${messageOf(error)}`, { stream: name }, { cause: error });
  });
  const incarnation = stream.config.metadata?.[INCARNATION_KEY];
  if (incarnation === undefined)
    throw new Fault('STREAM_NOT_AS_DECLARED', `stream ${name} was not provisioned by Drawdown`, { stream: name });
  return incarnation;
};

class NatsPublisher implements UsagePublisher {
  readonly #subjects: Subjects;
  readonly #jetstream: JetStreamClient;

  constructor(
    readonly connection: NatsConnection,
    readonly options: NatsPublisherOptions,
    readonly incarnation: string,
  ) {
    this.#subjects = new Subjects(options.prefix);
    this.#jetstream = jetstream(connection);
  }

  async publish(events: readonly OutgoingEvent[]): Promise<Published> {
    const { sound, refusals } = this.#examine(events);
    const messages = this.options.form === 'single' ? sound.map(event => this.#single(event)) : this.#envelopes(sound);
    const positions: Position[] = [];
    for (let at = 0; at < messages.length; at += PUBLISH_LIMITS.unconfirmedMax) {
      const window = messages.slice(at, at + PUBLISH_LIMITS.unconfirmedMax);
      positions.push(...(await Promise.all(window.map(message => this.#send(message)))));
    }
    const position = mergePositions(...positions);
    return { refusals, position: position.length === 0 ? '' : encodePosition(position) };
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  #examine(events: readonly OutgoingEvent[]): { readonly sound: OutgoingEvent[]; readonly refusals: ItemRefusal[] } {
    const sound: OutgoingEvent[] = [];
    const refusals: ItemRefusal[] = [];
    for (const [index, event] of events.entries()) {
      try {
        this.#single(event);
        sound.push(event);
      } catch (error) {
        if (!(error instanceof UnencodableEvent) && !isRefusal(error)) throw error;
        refusals.push({ index, reason: isRefusal(error) ? error.reason : 'EVENT_INVALID', detail: error.message });
      }
    }
    return { sound, refusals };
  }

  #single(event: OutgoingEvent): Message {
    const { namespace } = this.options;
    const customer = event.subject ?? '';
    return {
      subject: this.#subjects.usage(namespace, customer),
      partition: this.#subjects.customerPartition(namespace, customer),
      encoded: encodeBinary(event),
    };
  }

  #envelopes(events: readonly OutgoingEvent[]): Message[] {
    const { namespace } = this.options;
    const byPartition = new Map<number, OutgoingEvent[]>();
    for (const event of events) {
      const partition = this.#subjects.customerPartition(namespace, event.subject ?? '');
      const own = byPartition.get(partition);
      if (own === undefined) byPartition.set(partition, [event]);
      else own.push(event);
    }
    return [...byPartition].flatMap(([partition, own]) =>
      batchesOf(own).map(batch => ({ subject: this.#subjects.usageBatch(partition, namespace), partition, encoded: encodeBatch(batch) })),
    );
  }

  /** No message id: JetStream would compare it over the whole stream, and the ids of the events are enough (design §4.5). */
  async #send({ subject, partition, encoded }: Message): Promise<Position> {
    const headers = newHeaders();
    for (const [name, value] of encoded.headers) headers.set(name, value);
    const publish = () => this.#jetstream.publish(subject, encoded.data, { headers, timeout: PUBLISH_LIMITS.confirmMsMax });
    try {
      const { seq } = await pRetry(publish, { retries: PUBLISH_LIMITS.retriesMax, minTimeout: 100, maxTimeout: 2_000, randomize: true });
      return [{ stream: 'usage', incarnation: this.incarnation, partition, sequence: seq }];
    } catch (error) {
      throw new Fault('NATS_UNAVAILABLE', `${subject} was not confirmed: ${messageOf(error)}`, { subject }, { cause: error });
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
