import { headers as newHeaders } from '@nats-io/transport-node';
import { encodeBatch, encodeBinary, encodeStructured, type EncodedMessage, type OutgoingEvent } from '@drawdown/cloudevents';
import { TOKENS_TYPE } from './given.js';
import type { World } from './world.js';

/** An event as a producer with a NATS connection of its own writes it. */
export const cloudEvent = (subject: string, id: string, tokens: number, more: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  id,
  source: '/producers/one',
  type: TOKENS_TYPE,
  subject,
  data: { tokens },
  ...more,
});

/** The three forms in which one event may travel (design §4.12). */
export const FORMS = {
  binary: encodeBinary,
  structured: encodeStructured,
  batch: (event: OutgoingEvent) => encodeBatch([event]),
} as const satisfies Record<string, (event: OutgoingEvent) => EncodedMessage>;

/** Publishes bytes as they are. @returns their sequence in the stream */
export const publishRaw = async (
  world: World,
  subject: string,
  data: Uint8Array | string,
  headers: Iterable<readonly [string, string]> = [],
): Promise<number> => {
  const natsHeaders = newHeaders();
  for (const [name, value] of headers) natsHeaders.set(name, value);
  return (await world.jetstream.publish(subject, data, { headers: natsHeaders })).seq;
};

/** Publishes events of one customer as any producer may. */
export const publish = (world: World, customer: string, { headers, data }: EncodedMessage, namespace = 'acme'): Promise<number> =>
  publishRaw(world, world.subjects.usage(namespace, customer), data, headers);

/** Publishes an envelope to a partition: that of the customer unless another is said. */
export const publishEnvelope = (
  world: World,
  customer: string,
  events: readonly OutgoingEvent[],
  { namespace = 'acme', partition = world.subjects.customerPartition(namespace, customer) } = {},
): Promise<number> => {
  const { headers, data } = encodeBatch(events);
  return publishRaw(world, world.subjects.usageBatch(partition, namespace), data, headers);
};
