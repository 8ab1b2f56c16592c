import { BATCH_JSON, DECODE_LIMITS, encodeBinary, encodeStructured, type ExactJson, type OutgoingEvent } from '@drawdown/cloudevents';
import type { Subjects } from '@drawdown/eventlog';
import { LIVE_LANE, NO_NAMESPACE, type Hit } from '../../domain/index.js';
import { HIT_LIMITS, HIT_TYPE, IMPORT_COMPLETED_TYPE, LANE_HEADER, PING_TYPE, PROBE_TYPE } from './hit-wire.js';

/** A message for DRAWDOWN_HITS, ready to be published; no message id (design §4.5). */
export interface HitsOutgoing {
  readonly subject: string;
  readonly partition: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
}

/** Hits of one partition and namespace; `indices` are their places in the list that was encoded. */
export interface HitsEnvelope extends HitsOutgoing {
  readonly indices: readonly number[];
}

/** What the hits themselves do not say. */
export interface HitsOrigin {
  /** CloudEvents source. */
  readonly source: string;
  /** @default `live` */
  readonly lane?: string;
}

/** One hit as it lies on the wire; `decodeHitsMessage` reads the same hit out of it. */
const hitEvent = (hit: Hit, source: string): OutgoingEvent => ({
  id: hit.id,
  source,
  type: HIT_TYPE,
  time: new Date(hit.receivedAtMs).toISOString(),
  data: dataOf(hit),
});

const dataOf = (hit: Hit): ExactJson => {
  const { clientId, propertyId, eventName, userId, sessionStamp, clientSessionId, platform } = hit;
  return {
    clientId,
    propertyId,
    eventName,
    ...(userId === undefined ? {} : { userId }),
    ...(sessionStamp === undefined ? {} : { sessionStamp }),
    ...(clientSessionId === undefined ? {} : { sessionId: clientSessionId }),
    ...(platform === undefined ? {} : { platform }),
    ...said({ ip: hit.ip, host: hit.host, path: hit.path, method: hit.method }),
    ...(Object.keys(hit.queryParams).length === 0 ? {} : { queryParams: hit.queryParams }),
    ...(Object.keys(hit.headers).length === 0 ? {} : { headers: hit.headers }),
    ...(hit.body.byteLength === 0 ? {} : { body: Buffer.from(hit.body).toString('base64') }),
    requestSeq: hit.requestSeq,
    ...(Object.keys(hit.metadata).length === 0 ? {} : { metadata: hit.metadata }),
  };
};

const said = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));

/**
 * Hits in envelopes of one partition and namespace each, in their order, within the limits of readers. The hits must pass `hitProblem`.
 * @throws UnencodableEvent for an id that no CloudEvent may have
 */
export const encodeHits = (subjects: Subjects, hits: readonly Hit[], { source, lane = LIVE_LANE }: HitsOrigin): readonly HitsEnvelope[] => {
  const plans: Plan[] = [];
  const open = new Map<string, Plan>();
  for (const [index, hit] of hits.entries()) {
    const partition = subjects.hitPartition(hit.namespace, hit.propertyId, hit.clientId);
    const subject = subjects.hitsBatch(partition, hit.namespace);
    const { data } = encodeStructured(hitEvent(hit, source));
    let plan = open.get(subject);
    if (plan === undefined || !hasRoom(plan, data)) {
      plan = { subject, partition, indices: [], events: [], bytes: 0 };
      open.set(subject, plan);
      plans.push(plan);
    }
    plan.indices.push(index);
    plan.events.push(data);
    plan.bytes += data.byteLength + 1;
  }
  return plans.map(({ subject, partition, indices, events }) => ({
    subject,
    partition,
    indices,
    headers: new Map([['content-type', BATCH_JSON], ...laneHeader(lane)]),
    data: batchOf(events),
  }));
};

interface Plan {
  readonly subject: string;
  readonly partition: number;
  readonly indices: number[];
  readonly events: Uint8Array[];
  bytes: number;
}

const hasRoom = ({ events, bytes }: Plan, next: Uint8Array): boolean =>
  events.length < DECODE_LIMITS.eventsPerEnvelopeMax && bytes + next.byteLength <= HIT_LIMITS.envelopeBytesMax;

/** Structured events, each encoded once, as one batch. */
const batchOf = (events: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([OPEN, ...events.flatMap((event, index) => (index === 0 ? [event] : [COMMA, event])), CLOSE]);

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

const laneHeader = (lane: string): [string, string][] => (lane === LIVE_LANE ? [] : [[LANE_HEADER, lane]]);

/** Says that a source partition is silent, not dead (sessions §12.5). Published with `Nats-TTL`, which the publisher sets. */
export const encodePing = (subjects: Subjects, partition: number, id: string): HitsOutgoing => {
  const { headers, data } = encodeBinary({ id, source: '/drawdown/sessions', type: PING_TYPE });
  return { subject: subjects.hitsBatch(partition, NO_NAMESPACE), partition, headers, data };
};

/** A hit of the service's own for one source partition, wherever its client would lie otherwise (sessions §15.14). */
export const encodeProbe = (subjects: Subjects, partition: number, id: string, sentAtMs: number): HitsOutgoing => {
  const { headers, data } = encodeBinary({ id, source: '/drawdown/sessions', type: PROBE_TYPE, time: new Date(sentAtMs).toISOString() });
  return { subject: subjects.hitsBatch(partition, NO_NAMESPACE), partition, headers, data };
};

/** Ends an import on one source partition; an import ends when every partition has its own (sessions §12.2). */
export const encodeImportCompleted = (
  subjects: Subjects,
  partition: number,
  { namespace, lane, source, id }: { readonly namespace: string; readonly lane: string; readonly source: string; readonly id: string },
): HitsOutgoing => {
  const { headers, data } = encodeBinary({ id, source, type: IMPORT_COMPLETED_TYPE });
  return { subject: subjects.hitsBatch(partition, namespace), partition, headers: new Map([...headers, ...laneHeader(lane)]), data };
};
