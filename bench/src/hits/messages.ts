import { encodeBatch, encodeBinary, type EncodedMessage, type OutgoingEvent } from '@drawdown/cloudevents';
import { PARTITIONS, type Subjects } from '@drawdown/eventlog';
import type { Hit } from '@drawdown/sessions/domain';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { PreparedMessage } from '../ingest/usage.js';
import { NAMES } from './web-hits.js';

const HITS_PER_ENVELOPE = 100;
const HIT_TYPE = 'drawdown.hits.source.hit.v1';
const IMPORT_COMPLETED_TYPE = 'drawdown.hits.source.import-completed.v1';
const LANE_HEADER = 'Drawdown-Lane';

/** Of all messages; encoded beforehand, so that a producer costs no more than its publishing. */
export interface PreparedHits {
  readonly messages: readonly PreparedMessage[];
  readonly payloadBytes: number;
}

/** Envelopes of one source partition each, in the order of the hits. */
export const prepareHits = (subjects: Subjects, namespace: string, hits: Iterable<Hit>, lane?: string): PreparedHits => {
  const messages: PreparedMessage[] = [];
  const open = new Map<number, OutgoingEvent[]>();
  const close = (partition: number, events: readonly OutgoingEvent[]): void => {
    messages.push(outgoing(subjects, namespace, partition, encodeBatch(events), lane));
    open.delete(partition);
  };
  for (const hit of hits) {
    const partition = subjects.hitPartition(namespace, hit.propertyId, hit.clientId);
    const events = open.get(partition) ?? [];
    events.push(toEvent(hit));
    open.set(partition, events);
    if (events.length === HITS_PER_ENVELOPE) close(partition, events);
  }
  for (const [partition, events] of [...open]) close(partition, events);
  return { messages, payloadBytes: messages.reduce((sum, { data }) => sum + data.byteLength, 0) };
};

/** Says on every source partition that the import is over: everything of its lane closes. */
export const prepareCompletion = (subjects: Subjects, namespace: string, lane: string): readonly PreparedMessage[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => {
    const event = { id: `${lane}-${String(partition)}`, source: NAMES.source, type: IMPORT_COMPLETED_TYPE };
    return outgoing(subjects, namespace, partition, encodeBinary(event), lane);
  });

const outgoing = (subjects: Subjects, namespace: string, partition: number, encoded: EncodedMessage, lane?: string): PreparedMessage => {
  const headers = newHeaders();
  for (const [name, value] of encoded.headers) headers.set(name, value);
  if (lane !== undefined) headers.set(LANE_HEADER, lane);
  return { subject: subjects.hitsBatch(partition, namespace), partition, headers, data: encoded.data };
};

const toEvent = (hit: Hit): OutgoingEvent => ({
  id: hit.id,
  source: NAMES.source,
  type: HIT_TYPE,
  time: new Date(hit.receivedAtMs).toISOString(),
  data: {
    clientId: hit.clientId,
    propertyId: hit.propertyId,
    eventName: hit.eventName,
    ...(hit.sessionStamp === undefined ? {} : { sessionStamp: hit.sessionStamp }),
    ip: hit.ip,
    host: hit.host,
    path: hit.path,
    method: hit.method,
    queryParams: hit.queryParams,
    headers: hit.headers,
    metadata: hit.metadata,
  },
});
