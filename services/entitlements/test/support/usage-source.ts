import { encodeBatch, encodeBinary, type EncodedMessage, type OutgoingEvent } from '@drawdown/cloudevents';
import { encodePosition, mergePositions, PARTITIONS, type Position, type Subjects } from '@drawdown/eventlog';
import type { TestDeployment } from '@drawdown/testing';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';

/** The two forms of design §4.1. */
export type UsageForm = 'single' | 'envelopes';

/** A producer that publishes straight to NATS, in the order given. */
export class UsageSource {
  readonly #nats: NatsConnection;
  readonly #jetstream: JetStreamClient;
  readonly #subjects: Subjects;
  readonly #incarnation: string;

  constructor(
    deployment: TestDeployment,
    readonly namespace: string,
  ) {
    this.#nats = deployment.nats;
    this.#jetstream = jetstream(deployment.nats);
    this.#subjects = deployment.subjects;
    this.#incarnation = deployment.incarnations.streams.usage ?? '';
  }

  /** @returns the position from which on all of them are readable, to be merged or given as `minPosition` */
  async publish(events: readonly OutgoingEvent[], form: UsageForm): Promise<Position> {
    const messages = form === 'single' ? events.map(event => this.#single(event)) : this.#envelopes(events);
    // Sent without waiting for one another on one connection, they are stored in this order.
    return mergePositions(...(await Promise.all(messages.map(message => this.#send(message)))));
  }

  /** Whatever bytes a test wants, as the message of one customer. */
  async publishRaw(customer: string, data: Uint8Array, headers: ReadonlyMap<string, string> = new Map()): Promise<Position> {
    return this.#send({
      subject: this.#subjects.usage(this.namespace, customer),
      partition: this.#partitionOf(customer),
      encoded: { headers, data },
    });
  }

  /** Resolves when the server has everything that was sent. */
  flush(): Promise<void> {
    return this.#nats.flush();
  }

  #partitionOf(customer: string): number {
    return this.#subjects.customerPartition(this.namespace, customer);
  }

  #single(event: OutgoingEvent): Message {
    const customer = event.subject ?? '';
    return {
      subject: this.#subjects.usage(this.namespace, customer),
      partition: this.#partitionOf(customer),
      encoded: encodeBinary(event),
    };
  }

  #envelopes(events: readonly OutgoingEvent[]): Message[] {
    const byPartition = Array.from({ length: PARTITIONS }, (): OutgoingEvent[] => []);
    for (const event of events) byPartition[this.#partitionOf(event.subject ?? '')]?.push(event);
    return byPartition.flatMap((own, partition) =>
      own.length === 0 ? [] : [{ subject: this.#subjects.usageBatch(partition, this.namespace), partition, encoded: encodeBatch(own) }],
    );
  }

  async #send({ subject, partition, encoded }: Message): Promise<Position> {
    const headers = newHeaders();
    for (const [name, value] of encoded.headers) headers.set(name, value);
    const { seq } = await this.#jetstream.publish(subject, encoded.data, { headers });
    return [{ stream: 'usage', incarnation: this.#incarnation, partition, sequence: seq }];
  }
}

interface Message {
  readonly subject: string;
  readonly partition: number;
  readonly encoded: EncodedMessage;
}

/** As requests carry it. */
export const minPositionOf = (...positions: readonly Position[]): string => {
  const merged = mergePositions(...positions);
  return merged.length === 0 ? '' : encodePosition(merged);
};
