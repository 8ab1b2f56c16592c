import { sizeOfHit, type Hit, type ValueLists } from '../../domain/index.js';
import { HIT_LIMITS } from './hit-wire.js';

/** What no hit may be, whichever way it came. */
export interface HitProblem {
  readonly reason:
    'CLIENT_ID_MISSING' | 'PROPERTY_ID_MISSING' | 'EVENT_NAME_MISSING' | 'HIT_ID_TOO_LONG' | 'HIT_TOO_MANY_VALUES' | 'HIT_TOO_LARGE';
  readonly detail: string;
}

/** The first thing that is wrong with a hit, its place and time aside. An empty id counts as missing. */
export const hitProblem = (hit: Hit): HitProblem | undefined => missing(hit) ?? tooLong(hit) ?? tooMany(hit) ?? tooLarge(hit);

const missing = ({ clientId, propertyId, eventName }: Hit): HitProblem | undefined => {
  if (clientId === '') return { reason: 'CLIENT_ID_MISSING', detail: 'the hit names no client' };
  if (propertyId === '') return { reason: 'PROPERTY_ID_MISSING', detail: 'the hit names no property' };
  return eventName === '' ? { reason: 'EVENT_NAME_MISSING', detail: 'the hit has no event name' } : undefined;
};

const tooLong = (hit: Hit): HitProblem | undefined => {
  const { id, namespace, propertyId, clientId, userId, clientSessionId, eventName, sessionStamp } = hit;
  const ids = { id, namespace, propertyId, clientId, userId, sessionId: clientSessionId, eventName };
  for (const [name, value] of Object.entries(ids)) {
    if (value !== undefined && isLonger(value, HIT_LIMITS.idBytesMax)) return longer(name, HIT_LIMITS.idBytesMax);
  }
  const isLongStamp = sessionStamp !== undefined && isLonger(sessionStamp, HIT_LIMITS.stampBytesMax);
  return isLongStamp ? longer('sessionStamp', HIT_LIMITS.stampBytesMax) : undefined;
};

const isLonger = (text: string, bytesMax: number): boolean => text.length > bytesMax || Buffer.byteLength(text) > bytesMax;

const longer = (name: string, bytesMax: number): HitProblem => ({
  reason: 'HIT_ID_TOO_LONG',
  detail: `${name} is longer than ${String(bytesMax)} bytes`,
});

const tooMany = ({ queryParams, headers, metadata }: Hit): HitProblem | undefined => {
  const name = isCrowded(queryParams)
    ? 'queryParams'
    : isCrowded(headers)
      ? 'headers'
      : Object.keys(metadata).length > HIT_LIMITS.valuesMax
        ? 'metadata'
        : undefined;
  if (name === undefined) return undefined;
  return { reason: 'HIT_TOO_MANY_VALUES', detail: `${name} has more than ${String(HIT_LIMITS.valuesMax)} names or values` };
};

const isCrowded = (lists: ValueLists): boolean => {
  const all = Object.values(lists);
  return all.length > HIT_LIMITS.valuesMax || all.reduce((sum, values) => sum + values.length, 0) > HIT_LIMITS.valuesMax;
};

const tooLarge = (hit: Hit): HitProblem | undefined => {
  const bytes = sizeOfHit(hit);
  if (bytes <= HIT_LIMITS.sizeBytesMax) return undefined;
  return { reason: 'HIT_TOO_LARGE', detail: `${String(bytes)} bytes, at most ${String(HIT_LIMITS.sizeBytesMax)} are taken` };
};
