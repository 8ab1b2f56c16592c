import { encodeBinary, type OutgoingEvent } from '@drawdown/cloudevents';
import { Subjects } from '@drawdown/eventlog';
import { envelopesOf, examine, type PlacedEvent } from './envelopes.js';
import type { UsagePublisher } from './publisher.js';
import { StreamConnection, type OutgoingMessage } from './stream-connection.js';

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

interface Prepared extends PlacedEvent {
  readonly single: OutgoingMessage;
}

/**
 * Straight into the usage stream. JetStream confirms messages, so nothing is said here about what a meter makes of an event.
 * @throws Fault `NATS_UNAVAILABLE`, `STREAM_MISSING`, `STREAM_NOT_AS_DECLARED`
 */
export const natsPublisher = async ({ url, namespace, prefix, form }: NatsPublisherOptions): Promise<UsagePublisher> => {
  const stream = await StreamConnection.open({ url, prefix, stream: 'usage' });
  const subjects = new Subjects(prefix);
  const prepare = (event: OutgoingEvent): Prepared => {
    const customer = event.subject ?? '';
    const partition = subjects.customerPartition(namespace, customer);
    return { partition, event, single: { subject: subjects.usage(namespace, customer), partition, encoded: encodeBinary(event) } };
  };
  return {
    publish: async events => {
      const { sound, refusals } = examine(events, prepare);
      const messages =
        form === 'single' ? sound.map(({ single }) => single) : envelopesOf(sound, partition => subjects.usageBatch(partition, namespace));
      return { refusals, position: await stream.publish(messages) };
    },
    close: () => stream.close(),
  };
};
