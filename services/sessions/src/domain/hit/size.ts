import type { Hit, ValueLists } from './hit.js';

/** For the received time and the structure around the fields (sessions §2.2). */
const FIXED_BYTES = 256;
const SIZE_BYTES_MAX = 2 ** 32 - 1;
/** A stamp counts like the query parameter of this name. */
const STAMP_NAME_BYTES = 'sessionStamp'.length;

/**
 * Size of a hit in bytes (sessions §2.2): every text in UTF-8, the client id once more as the id under which the hit is first filed, the body,
 * and a constant. Saturates at 2^32 − 1.
 */
export const sizeOfHit = (hit: Hit): number => {
  const texts = [hit.id, hit.namespace, hit.propertyId, hit.clientId, hit.clientId, hit.eventName, hit.ip, hit.host, hit.path, hit.method];
  let bytes = FIXED_BYTES + hit.body.byteLength + textBytes(hit.userId ?? '');
  for (const text of texts) bytes += textBytes(text);
  if (hit.sessionStamp !== undefined) bytes += STAMP_NAME_BYTES + textBytes(hit.sessionStamp);
  bytes += valueListBytes(hit.queryParams) + valueListBytes(hit.headers);
  for (const [name, note] of Object.entries(hit.metadata)) bytes += textBytes(name) + textBytes(note);
  return Math.min(bytes, SIZE_BYTES_MAX);
};

const textBytes = (text: string): number => Buffer.byteLength(text, 'utf8');

const valueListBytes = (lists: ValueLists): number => {
  let bytes = 0;
  for (const [name, values] of Object.entries(lists)) {
    bytes += textBytes(name);
    for (const value of values) bytes += textBytes(value);
  }
  return bytes;
};
