import { DECODE_LIMITS, encodeBatch, type OutgoingEvent } from '@drawdown/cloudevents';
import { isFault, isRefusal } from '@drawdown/errors';
import { LogUnavailable, partitionOf, encodeToken, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { Position } from '../../application/usage/event-ids.js';
import type { FindEvent } from '../../application/usage/usage-fold.js';
import { decodeUsageMessage } from '../../application/usage/usage-message.js';
import type { PublishedUsage, PublishUsage } from '../../application/usage/publish-usage.js';

/** Bytes of one envelope at most; NATS takes 1 MiB with its headers. */
const ENVELOPE_BYTES_MAX = 512 * 1_024;
const PUBLISH_TIMEOUT_MS = 5_000;

/** Reads an event again where it lies in the usage stream. */
export const findEventIn =
  (reader: SubjectReader, subjects: Subjects): FindEvent =>
  async ({ sequence, index }: Position) => {
    const message = await reader.at(sequence);
    if (message === undefined) return undefined;
    const decoded = decodeUsageMessage(subjects, message);
    return decoded.ok ? decoded.value.events.find(event => event.index === index) : undefined;
  };

/** Publishes events in envelopes of one partition each; every event is durable when its place is answered (entitlements §19.4). */
export const publishUsageTo =
  (publisher: Pick<JetStreamClient, 'publish'>, subjects: Subjects): PublishUsage =>
  async (namespace, events, traceHeaders) => {
    const places = new Array<PublishedUsage | undefined>(events.length);
    await Promise.all(
      envelopesOf(namespace, events).map(async ({ partition, indices }) => {
        const { headers, data } = encodeBatch(indices.map(index => events[index]).filter(event => event !== undefined));
        const sequence = await publishOne(
          publisher,
          subjects.usageBatch(partition, namespace),
          { ...traceHeaders, ...Object.fromEntries(headers) },
          data,
        );
        indices.forEach((index, place) => (places[index] = { partition, position: { sequence, index: place } }));
      }),
    );
    return places.filter(place => place !== undefined);
  };

interface EnvelopePlan {
  readonly partition: number;
  readonly indices: readonly number[];
}

/** Which events go together: those of one partition, in their order, within the limits that readers have. */
const envelopesOf = (namespace: string, events: readonly OutgoingEvent[]): readonly EnvelopePlan[] => {
  const plans: { partition: number; indices: number[]; bytes: number }[] = [];
  const open = new Map<number, { partition: number; indices: number[]; bytes: number }>();
  const namespaceToken = encodeToken(namespace);
  for (const [index, event] of events.entries()) {
    const partition = partitionOf(namespaceToken, encodeToken(event.subject ?? ''));
    const bytes = encodeBatch([event]).data.byteLength;
    let plan = open.get(partition);
    if (plan === undefined || plan.bytes + bytes > ENVELOPE_BYTES_MAX || plan.indices.length >= DECODE_LIMITS.eventsPerEnvelopeMax) {
      plan = { partition, indices: [], bytes: 0 };
      open.set(partition, plan);
      plans.push(plan);
    }
    plan.indices.push(index);
    plan.bytes += bytes;
  }
  return plans;
};

const publishOne = async (
  publisher: Pick<JetStreamClient, 'publish'>,
  subject: string,
  headers: Readonly<Record<string, string>>,
  data: Uint8Array,
): Promise<number> => {
  const natsHeaders = newHeaders();
  for (const [name, value] of Object.entries(headers)) natsHeaders.set(name, value);
  try {
    return (await publisher.publish(subject, data, { headers: natsHeaders, timeout: PUBLISH_TIMEOUT_MS })).seq;
  } catch (error) {
    if (isFault(error) || isRefusal(error)) throw error;
    throw new LogUnavailable(subject, error instanceof Error ? error.message : String(error), { cause: error });
  }
};
