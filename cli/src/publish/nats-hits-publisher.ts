import { encodeBinary } from '@drawdown/cloudevents';
import { Refusal } from '@drawdown/errors';
import { PARTITIONS, Subjects } from '@drawdown/eventlog';
import { ulid } from 'ulid';
import { envelopesOf, examine, type PlacedEvent } from './envelopes.js';
import { toHitEvent, type OutgoingHit } from './hit.js';
import type { HitsPublisher } from './publisher.js';
import { StreamConnection, type OutgoingMessage } from './stream-connection.js';

export interface NatsHitsPublisherOptions {
  /** `nats://host:port`, with credentials where needed. */
  readonly url: string;
  /** The tenant whose hits they are (design §4.3). */
  readonly namespace: string;
  /** First token of all subjects. */
  readonly prefix: string;
  /** `live`, or the id of an import (sessions §12.2). */
  readonly lane: string;
}

export const LIVE_LANE = 'live';
const LANE_HEADER = 'Drawdown-Lane';
const LANE = /^[A-Za-z0-9_-]{1,64}$/;
const IMPORT_COMPLETED_TYPE = 'drawdown.hits.source.import-completed.v1';

/**
 * Straight into the stream of hits, in envelopes. JetStream confirms messages; what the service refuses in a hit becomes a dead letter.
 * @throws Refusal `LANE_INVALID`; Fault `NATS_UNAVAILABLE`, `STREAM_MISSING`, `STREAM_NOT_AS_DECLARED`
 */
export const natsHitsPublisher = async ({ url, namespace, prefix, lane }: NatsHitsPublisherOptions): Promise<HitsPublisher> => {
  if (!LANE.test(lane)) throw new Refusal('LANE_INVALID', 'a lane is 1 to 64 letters, digits, "_" and "-"', { lane });
  const stream = await StreamConnection.open({ url, prefix, stream: 'hits' });
  const subjects = new Subjects(prefix);
  const laneHeader = new Map(lane === LIVE_LANE ? [] : [[LANE_HEADER, lane]]);
  const prepare = (hit: OutgoingHit): PlacedEvent => {
    const event = toHitEvent(hit);
    encodeBinary(event);
    return { partition: subjects.hitPartition(namespace, hit.propertyId, hit.clientId), event };
  };
  const completion = (partition: number): OutgoingMessage => {
    const { headers, data } = encodeBinary({ id: ulid(), source: '/drawdown/cli', type: IMPORT_COMPLETED_TYPE });
    return {
      subject: subjects.hitsBatch(partition, namespace),
      partition,
      encoded: { headers: new Map([...headers, ...laneHeader]), data },
    };
  };
  return {
    publish: async hits => {
      const { sound, refusals } = examine(hits, prepare);
      const messages = envelopesOf(sound, partition => subjects.hitsBatch(partition, namespace), laneHeader);
      return { refusals, position: await stream.publish(messages) };
    },
    completeImport: () => {
      if (lane === LIVE_LANE) throw new Refusal('LANE_INVALID', 'the lane live is never completed', { lane });
      return stream.publish(Array.from({ length: PARTITIONS }, (_, partition) => completion(partition)));
    },
    close: () => stream.close(),
  };
};
