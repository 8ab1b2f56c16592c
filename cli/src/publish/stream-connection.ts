import type { EncodedMessage } from '@drawdown/cloudevents';
import { Fault } from '@drawdown/errors';
import { encodePosition, INCARNATION_KEY, mergePositions, streamTable, type Position } from '@drawdown/eventlog';
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import { connect, headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import pRetry from 'p-retry';
import { PUBLISH_LIMITS } from './limits.js';

/** One message and the partition that it belongs to. */
export interface OutgoingMessage {
  readonly subject: string;
  readonly partition: number;
  readonly encoded: EncodedMessage;
}

export interface StreamOptions {
  /** `nats://host:port`, with credentials where needed. */
  readonly url: string;
  /** First token of all subjects. */
  readonly prefix: string;
  readonly stream: 'usage' | 'hits';
}

/** A connection to NATS for one of the streams that anyone may publish to. */
export class StreamConnection {
  readonly #jetstream: JetStreamClient;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly stream: StreamOptions['stream'],
    private readonly incarnation: string,
  ) {
    this.#jetstream = jetstream(connection);
  }

  /** @throws Fault `NATS_UNAVAILABLE`, `STREAM_MISSING`, `STREAM_NOT_AS_DECLARED` */
  static async open({ url, prefix, stream }: StreamOptions): Promise<StreamConnection> {
    const connection = await connect({ servers: url, name: 'drawdown publish' }).catch((error: unknown) => {
      throw new Fault('NATS_UNAVAILABLE', `${url} cannot be reached: ${messageOf(error)}`, {}, { cause: error });
    });
    try {
      return new StreamConnection(connection, stream, await incarnationOf(connection, streamTable(prefix)[stream].name));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Publishes all, in no promised order, and answers the position of them; empty for none. @throws Fault `NATS_UNAVAILABLE` */
  async publish(messages: readonly OutgoingMessage[]): Promise<string> {
    const positions: Position[] = [];
    for (let at = 0; at < messages.length; at += PUBLISH_LIMITS.unconfirmedMax) {
      const window = messages.slice(at, at + PUBLISH_LIMITS.unconfirmedMax);
      positions.push(...(await Promise.all(window.map(message => this.#send(message)))));
    }
    const position = mergePositions(...positions);
    return position.length === 0 ? '' : encodePosition(position);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** No message id: JetStream would compare it over the whole stream, and the ids of the events are enough (design §4.5). */
  async #send({ subject, partition, encoded }: OutgoingMessage): Promise<Position> {
    const headers = newHeaders();
    for (const [name, value] of encoded.headers) headers.set(name, value);
    const publish = () => this.#jetstream.publish(subject, encoded.data, { headers, timeout: PUBLISH_LIMITS.confirmMsMax });
    try {
      const { seq } = await pRetry(publish, { retries: PUBLISH_LIMITS.retriesMax, minTimeout: 100, maxTimeout: 2_000, randomize: true });
      return [{ stream: this.stream, incarnation: this.incarnation, partition, sequence: seq }];
    } catch (error) {
      throw new Fault('NATS_UNAVAILABLE', `${subject} was not confirmed: ${messageOf(error)}`, { subject }, { cause: error });
    }
  }
}

const incarnationOf = async (connection: NatsConnection, name: string): Promise<string> => {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const stream = await manager.streams.info(name).catch((error: unknown) => {
    throw new Fault('STREAM_MISSING', `stream ${name} cannot be read: ${messageOf(error)}`, { stream: name }, { cause: error });
  });
  const incarnation = stream.config.metadata?.[INCARNATION_KEY];
  if (incarnation === undefined)
    throw new Fault('STREAM_NOT_AS_DECLARED', `stream ${name} was not provisioned by Drawdown`, { stream: name });
  return incarnation;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
