import type { Subjects } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import { ulid } from 'ulid';
import { encodePing } from './hit-envelopes.js';

/** A ping says nothing that an hour later still matters, and silent partitions make many (sessions §12.5). */
const PING_TTL = '1h';

/** Publishes a ping to its source partition; its stream sequence. */
export const pingTo =
  (publisher: JetStreamClient, subjects: Subjects) =>
  async (source: number): Promise<number> => {
    const { subject, headers, data } = encodePing(subjects, source, ulid());
    const sent = newHeaders();
    for (const [name, value] of headers) sent.set(name, value);
    try {
      return (await publisher.publish(subject, data, { headers: sent, ttl: PING_TTL })).seq;
    } catch (error) {
      throw new Fault('PING_NOT_PUBLISHED', 'the stream of hits did not take a ping', {}, { cause: error });
    }
  };
