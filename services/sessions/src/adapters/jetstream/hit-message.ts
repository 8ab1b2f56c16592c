import { decode, type CloudEvent, type DecodedMessage } from '@drawdown/cloudevents';
import type { MessageHeaders, StoredMessage, Subjects } from '@drawdown/eventlog';
import type { Decoded } from '@drawdown/partitions';
import { LIVE_LANE, laneOf, NO_NAMESPACE, probeHit, type Hit } from '../../domain/index.js';
import { addressOf, belongsInto, placeToken, type HitAddress } from './hit-address.js';
import { readFields, type HitFields } from './hit-fields.js';
import { hitProblem } from './hit-problem.js';
import {
  HIT_DECODE_LIMITS,
  HIT_LIMITS,
  HIT_TYPE,
  IMPORT_COMPLETED_TYPE,
  LANE_HEADER,
  PING_TYPE,
  PROBE_TYPE,
  type HitRejection,
  type HitsMessage,
} from './hit-wire.js';
import { originOf } from '../../application/erasure/rewritten.js';

/** A lane is part of keys and of logs: letters, digits, `_` and `-`. */
const LANE = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a stored message of DRAWDOWN_HITS, in either form (design §4.1). Pure: follows from the bytes, the headers, the subject and the server's
 * timestamp alone, so that a rebuild refuses the same hits. One bad hit of an envelope never harms the others. Never throws.
 */
export const decodeHitsMessage = (subjects: Subjects, message: StoredMessage): Decoded<HitsMessage> => {
  const address = addressOf(subjects, message.subject);
  if (address === undefined) return { ok: false, reason: 'SUBJECT_MISMATCH', detail: 'the subject is none of hits' };
  const lane = givenLaneOf(message.headers);
  if (lane === undefined) return { ok: false, reason: 'LANE_INVALID', detail: LANE_RULE };
  const decoded = decode(message.headers, message.data, HIT_DECODE_LIMITS);
  if (!decoded.ok) return { ok: false, reason: decoded.reason, detail: decoded.detail };
  return (
    signal(decoded, address, lane) ?? probe(decoded, address, lane) ?? hits(decoded, { address, lane, arrivedMs: originOf(message).timeMs })
  );
};

const LANE_RULE = `a lane is 1 to ${String(HIT_LIMITS.laneCharsMax)} letters, digits, "_" and "-"`;

/** `undefined`: not a lane. Header names reach us in any case; an absent header may read as empty. */
const givenLaneOf = (headers: MessageHeaders): string | undefined => {
  const lane = headers.get(LANE_HEADER) || otherCaseOf(headers);
  if (lane === undefined || lane === '') return LIVE_LANE;
  return lane.length <= HIT_LIMITS.laneCharsMax && LANE.test(lane) ? lane : undefined;
};

const otherCaseOf = (headers: MessageHeaders): string | undefined => {
  for (const name of headers.keys()) if (name.toLowerCase() === LANE_HEADER.toLowerCase()) return headers.get(name);
  return undefined;
};

type Readable = DecodedMessage & { readonly ok: true };

/** A message that is no hit but says something about its source partition; it always stands alone, in an envelope's subject. */
const signal = ({ mode, results }: Readable, address: HitAddress, lane: string): Decoded<HitsMessage> | undefined => {
  const [result] = results;
  const type = mode !== 'batch' && result?.ok === true ? result.event.type : undefined;
  if (type !== PING_TYPE && type !== IMPORT_COMPLETED_TYPE) return undefined;
  if (address.kind === 'single') return { ok: false, reason: 'SUBJECT_MISMATCH', detail: `${type} is not said of one client` };
  if (type === IMPORT_COMPLETED_TYPE) {
    if (lane === LIVE_LANE) return { ok: false, reason: 'LANE_INVALID', detail: 'the lane live is never completed' };
    return { ok: true, value: { kind: 'import_completed', lane: laneOf(address.namespace, lane) } };
  }
  if (address.namespace !== NO_NAMESPACE) return { ok: false, reason: 'SUBJECT_MISMATCH', detail: 'a ping belongs to no namespace' };
  if (lane !== LIVE_LANE) return { ok: false, reason: 'LANE_INVALID', detail: 'a ping moves the lane live only' };
  return { ok: true, value: { kind: 'ping' } };
};

/** Whoever may publish where pings lie is the service itself; what it says there makes no session of anybody's. */
const probe = ({ mode, results }: Readable, address: HitAddress, lane: string): Decoded<HitsMessage> | undefined => {
  const [result] = results;
  if (mode === 'batch' || result?.ok !== true || result.event.type !== PROBE_TYPE) return undefined;
  const { id, timeMs } = result.event;
  if (address.kind === 'single' || address.namespace !== NO_NAMESPACE || lane !== LIVE_LANE) {
    return { ok: false, reason: 'SUBJECT_MISMATCH', detail: 'a probe belongs to no namespace' };
  }
  const hit = probeHit(id, timeMs ?? Number.NaN);
  const problem = timeMs === undefined ? { reason: 'HIT_INVALID', detail: 'a probe says its time' } : hitProblem(hit);
  if (problem !== undefined) return { ok: false, ...problem };
  return { ok: true, value: { kind: 'hits', lane: LIVE_LANE, hits: [hit], rejections: [] } };
};

interface Origin {
  readonly address: HitAddress;
  readonly lane: string;
  readonly arrivedMs: number;
}

const hits = ({ results }: Readable, origin: Origin): Decoded<HitsMessage> => {
  const accepted: Hit[] = [];
  const rejections: HitRejection[] = [];
  for (const result of results) {
    const { index } = result;
    const outcome = result.ok ? readHit(result.event, index, origin) : { reason: result.reason, detail: result.detail };
    if ('reason' in outcome) rejections.push({ index, ...outcome });
    else accepted.push(outcome);
  }
  return { ok: true, value: { kind: 'hits', lane: laneOf(origin.address.namespace, origin.lane), hits: accepted, rejections }, rejections };
};

type Problem = Omit<HitRejection, 'index'>;

const readHit = (event: CloudEvent, index: number, origin: Origin): Hit | Problem => {
  if (event.type !== HIT_TYPE) return { reason: 'EVENT_TYPE_UNKNOWN', detail: 'the event is neither a hit nor a signal of its source' };
  const fields = readFields(event);
  if (typeof fields === 'string') return { reason: 'HIT_INVALID', detail: fields };
  const place = placeOf(event, fields, origin.address);
  if ('reason' in place) return place;
  const hit = hitOf(event, fields, place, index, origin);
  const problem = hitProblem(hit) ?? misplaced(hit, origin.address) ?? mistimed(hit, origin);
  if (problem === undefined) return hit;
  return { ...problem, ...(hit.propertyId === '' ? {} : { namespace: hit.namespace, propertyId: hit.propertyId }) };
};

interface Place {
  readonly propertyId: string;
  readonly clientId: string;
}

/** Empty where neither the subject nor the body says it. */
const placeOf = (event: CloudEvent, fields: HitFields, address: HitAddress): Place | Problem => {
  const said = event.extensions['namespace'];
  const isForeign = said !== undefined && said !== address.namespace;
  if (address.kind === 'envelope') {
    if (isForeign) return { reason: 'ENVELOPE_FOREIGN', detail: 'the hit is of another namespace than its envelope' };
    return { propertyId: fields.propertyId ?? '', clientId: fields.clientId ?? '' };
  }
  const property = placeToken(address.propertyToken, fields.propertyId);
  const client = placeToken(address.clientToken, fields.clientId);
  if (isForeign || property === 'contradicts' || client === 'contradicts') {
    return { reason: 'SUBJECT_MISMATCH', detail: 'the hit is of another namespace, property or client than its subject' };
  }
  return { propertyId: property === 'missing' ? '' : property.value, clientId: client === 'missing' ? '' : client.value };
};

const hitOf = (event: CloudEvent, fields: HitFields, place: Place, index: number, { address, lane, arrivedMs }: Origin): Hit => {
  const { userId, sessionStamp, clientSessionId, platform } = fields;
  return {
    id: event.id,
    namespace: address.namespace,
    ...place,
    ...(userId === undefined ? {} : { userId }),
    eventName: fields.eventName ?? '',
    ...(sessionStamp === undefined ? {} : { sessionStamp }),
    ...(clientSessionId === undefined ? {} : { clientSessionId }),
    ...(platform === undefined ? {} : { platform }),
    ip: fields.ip,
    host: fields.host,
    path: fields.path,
    method: fields.method,
    receivedAtMs: event.timeMs ?? arrivedMs,
    requestSeq: lane === LIVE_LANE ? (fields.requestSeq ?? index) : 0,
    queryParams: fields.queryParams,
    headers: fields.headers,
    body: fields.body,
    metadata: fields.metadata,
  };
};

const misplaced = (hit: Hit, address: HitAddress): Problem | undefined => {
  if (address.kind === 'single' || belongsInto(address, hit.propertyId, hit.clientId)) return undefined;
  return { reason: 'ENVELOPE_FOREIGN', detail: 'the hit is of another partition than its envelope' };
};

/** The log is the clock of lane `live` (D5); an import takes times as they are, from 1970 on. */
const mistimed = ({ receivedAtMs }: Hit, { lane, arrivedMs }: Origin): Problem | undefined => {
  if (lane !== LIVE_LANE) return receivedAtMs < 0 ? { reason: 'HIT_INVALID', detail: 'time is before 1970' } : undefined;
  if (receivedAtMs > arrivedMs + HIT_LIMITS.aheadMsMax) return { reason: 'HIT_FROM_FUTURE', detail: 'time is more than 5 min ahead' };
  if (receivedAtMs < arrivedMs - HIT_LIMITS.behindMsMax) return { reason: 'HIT_TOO_OLD', detail: 'time is more than 7 days ago' };
  return undefined;
};
