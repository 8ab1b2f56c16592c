import { encodeBatch } from '@drawdown/cloudevents';
import { LogUnavailable, type Subjects } from '@drawdown/eventlog';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { UsageEnvelope } from '../../application/usage-feed/envelopes.js';
import type { PublishUsage } from '../../application/usage-feed/usage-feed.js';

const PUBLISH_TIMEOUT_MS = 5_000;
/** Envelopes that wait for their acknowledgement at once. */
const PARALLEL_PUBLISHES_MAX = 8;

/** Publishes usage as any producer does, without message ids: entitlements recognise events by source and id (design §4.5, §4.7). */
export const publishSessionUsageTo =
  (publisher: Pick<JetStreamClient, 'publish'>, subjects: Subjects): PublishUsage =>
  async envelopes => {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let envelope = envelopes[next++]; envelope !== undefined; envelope = envelopes[next++]) {
        await publishOne(publisher, subjects.usageBatch(envelope.partition, envelope.namespace), envelope);
      }
    };
    const workers = Math.min(envelopes.length, PARALLEL_PUBLISHES_MAX);
    for (const outcome of await Promise.allSettled(Array.from({ length: workers }, work))) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  };

const publishOne = async (publisher: Pick<JetStreamClient, 'publish'>, subject: string, { events }: UsageEnvelope): Promise<void> => {
  const { headers, data } = encodeBatch(events);
  const natsHeaders = newHeaders();
  for (const [name, value] of headers) natsHeaders.set(name, value);
  try {
    await publisher.publish(subject, data, { headers: natsHeaders, timeout: PUBLISH_TIMEOUT_MS });
  } catch (error) {
    throw new LogUnavailable(subject, error instanceof Error ? error.message : String(error), { cause: error });
  }
};
