import { randomUUID } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import type { Hit as HitMessage, Values } from '@drawdown/proto/sessions';
import { LIVE_LANE, maskedAddress, type Hit, type Property, type ValueLists } from '../../../domain/index.js';
import { hitProblem } from '../../jetstream/hit-problem.js';
import { HIT_LIMITS } from '../../jetstream/hit-wire.js';
import { fromApiTimestamp, toApiTimestamp } from './instants.js';
import { fromApiPlatform, toApiPlatform } from './platforms.js';

/** What a hit of a request is read with. */
export interface HitOrigin {
  readonly namespace: string;
  readonly lane: string;
  /** Place in the call. */
  readonly index: number;
  readonly nowMs: number;
}

/** CloudEvents ids and names are texts without control characters, and nothing that no UTF-8 can say. */
const UNFIT_FOR_ID = /[\p{Cc}\p{Surrogate}]/u;

/**
 * One hit of a request, refused where a reader of the stream would have to dead-letter it.
 * @throws Refusal with the reason of `hitProblem`, `HIT_TOO_OLD`, `HIT_FROM_FUTURE`, `VALIDATION`
 */
export const fromApiHit = (message: HitMessage, origin: HitOrigin): Hit => {
  const hit = hitOf(message, origin);
  const problem = hitProblem(hit) ?? mistimed(hit, origin);
  if (problem !== undefined) throw new Refusal(problem.reason, problem.detail, { id: hit.id.slice(0, HIT_LIMITS.idBytesMax) });
  if (!UNFIT_FOR_ID.test(hit.id)) return hit;
  throw new Refusal('VALIDATION', 'id holds control characters', { field: 'id' }, [
    { field: 'id', description: 'holds control characters' },
  ]);
};

const hitOf = (message: HitMessage, { namespace, lane, index, nowMs }: HitOrigin): Hit => ({
  id: message.id === '' ? randomUUID() : message.id,
  namespace,
  propertyId: message.propertyId,
  clientId: message.clientId,
  ...said({ userId: message.userId, sessionStamp: message.sessionStamp, clientSessionId: message.clientSessionId }),
  eventName: message.eventName,
  ...platformOf(message),
  receivedAtMs: message.receivedTime === undefined ? nowMs : fromApiTimestamp(message.receivedTime),
  requestSeq: lane === LIVE_LANE ? Math.max(0, message.requestSeq ?? index) : 0,
  ip: message.ip,
  host: message.host,
  path: message.path,
  method: message.method,
  queryParams: fromApiValues(message.queryParams),
  headers: fromApiValues(message.headers),
  body: message.body,
  metadata: message.metadata,
});

const said = <K extends string>(texts: Readonly<Record<K, string>>): Partial<Record<K, string>> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')) as Partial<Record<K, string>>;

const platformOf = ({ platform }: HitMessage): Pick<Hit, 'platform'> => {
  const known = fromApiPlatform(platform);
  return known === undefined ? {} : { platform: known };
};

const fromApiValues = (values: Readonly<Record<string, Values>>): ValueLists =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.values]));

/** As a reader of the stream will see it a moment later (D5). */
const mistimed = ({ receivedAtMs }: Hit, { lane, nowMs }: HitOrigin): { readonly reason: string; readonly detail: string } | undefined => {
  if (lane !== LIVE_LANE) return undefined;
  if (receivedAtMs > nowMs + HIT_LIMITS.aheadMsMax) return { reason: 'HIT_FROM_FUTURE', detail: 'received_time is more than 5 min ahead' };
  if (receivedAtMs < nowMs - HIT_LIMITS.behindMsMax) return { reason: 'HIT_TOO_OLD', detail: 'received_time is more than 7 days ago' };
  return undefined;
};

/** Takes from the address what the property does not want to know, before it reaches the stream (sessions §10.1). */
export const maskedHit = (hit: Hit, { settings }: Property): Hit =>
  settings.ipMasking === 0 ? hit : { ...hit, ip: maskedAddress(hit.ip, settings.ipMasking) };

/** A hit, whole, as its producer would send it. */
export const toApiHit = (hit: Hit): HitMessage => ({
  id: hit.id,
  propertyId: hit.propertyId,
  clientId: hit.clientId,
  userId: hit.userId ?? '',
  eventName: hit.eventName,
  sessionStamp: hit.sessionStamp ?? '',
  clientSessionId: hit.clientSessionId ?? '',
  platform: hit.platform === undefined ? 0 : toApiPlatform(hit.platform),
  receivedTime: toApiTimestamp(hit.receivedAtMs),
  requestSeq: hit.requestSeq,
  ip: hit.ip,
  host: hit.host,
  path: hit.path,
  method: hit.method,
  queryParams: toApiValues(hit.queryParams),
  headers: toApiValues(hit.headers),
  body: Buffer.from(hit.body),
  metadata: { ...hit.metadata },
});

const toApiValues = (lists: ValueLists): Record<string, Values> =>
  Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, { values: [...values] }]));
