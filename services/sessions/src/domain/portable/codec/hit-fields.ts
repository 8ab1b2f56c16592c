import { HitUnreadable } from '../../hit/encode.js';
import { PLATFORMS, type Hit, type Platform, type ValueLists } from '../../hit/hit.js';
import type { FiledHit } from '../filed-hit.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** First byte of what is written here; another one is nothing of ours. */
const FORMAT = 1;

/** Which of the fields that may be absent are there. */
const HAS_USER_ID = 1;
const HAS_STAMP = 2;
const HAS_CLIENT_SESSION_ID = 4;
const HAS_PLATFORM = 8;

const NONE = Object.freeze({});

const optionalsOf = ({ userId, sessionStamp, clientSessionId, platform }: Hit): number =>
  (userId === undefined ? 0 : HAS_USER_ID) +
  (sessionStamp === undefined ? 0 : HAS_STAMP) +
  (clientSessionId === undefined ? 0 : HAS_CLIENT_SESSION_ID) +
  (platform === undefined ? 0 : HAS_PLATFORM);

/** The fields of a hit in one order, without names: format, times, texts, maps, body. */
export const writeHit = (to: ByteWriter, { hit, sessionKey }: FiledHit): void => {
  to.number(FORMAT);
  to.number(optionalsOf(hit));
  to.double(hit.receivedAtMs);
  to.double(hit.requestSeq);
  to.text(hit.id);
  to.text(sessionKey);
  to.text(hit.clientId);
  to.text(hit.namespace);
  to.text(hit.propertyId);
  to.text(hit.eventName);
  to.text(hit.ip);
  to.text(hit.host);
  to.text(hit.path);
  to.text(hit.method);
  if (hit.userId !== undefined) to.text(hit.userId);
  if (hit.sessionStamp !== undefined) to.text(hit.sessionStamp);
  if (hit.clientSessionId !== undefined) to.text(hit.clientSessionId);
  if (hit.platform !== undefined) to.text(hit.platform);
  writeLists(to, hit.queryParams);
  writeLists(to, hit.headers);
  writeNotes(to, hit.metadata);
  to.number(hit.body.byteLength);
  to.raw(hit.body);
};

const countOf = (map: object): number => {
  let count = 0;
  for (const name in map) if (Object.hasOwn(map, name)) count += 1;
  return count;
};

const writeLists = (to: ByteWriter, lists: ValueLists): void => {
  const count = countOf(lists);
  to.number(count);
  if (count === 0) return;
  for (const [name, values] of Object.entries(lists)) {
    to.text(name);
    to.number(values.length);
    for (const value of values) to.text(value);
  }
};

const writeNotes = (to: ByteWriter, notes: Hit['metadata']): void => {
  const count = countOf(notes);
  to.number(count);
  if (count === 0) return;
  for (const [name, note] of Object.entries(notes)) {
    to.text(name);
    to.text(note);
  }
};

/** @throws HitUnreadable */
export const readHit = (from: ByteReader): FiledHit => {
  if (from.number() !== FORMAT) throw new HitUnreadable('it has another format');
  const optionals = from.number();
  const receivedAtMs = wholeNumber(from);
  const requestSeq = wholeNumber(from);
  const id = from.text();
  const sessionKey = from.text();
  const clientId = from.text();
  const namespace = from.text();
  const propertyId = from.text();
  const eventName = from.text();
  const ip = from.text();
  const host = from.text();
  const path = from.text();
  const method = from.text();
  const optional = optionals === 0 ? null : readOptionals(from, optionals);
  const queryParams = readLists(from);
  const headers = readLists(from);
  const metadata = readNotes(from);
  const body = from.raw(from.number());
  // One literal, not a spread of parts: that makes the object at its full size at once.
  const hit: Hit = {
    id,
    namespace,
    propertyId,
    clientId,
    eventName,
    ip,
    host,
    path,
    method,
    receivedAtMs,
    requestSeq,
    queryParams,
    headers,
    body,
    metadata,
  };
  return { sessionKey, hit: optional === null ? hit : { ...hit, ...optional } };
};

const wholeNumber = (from: ByteReader): number => {
  const value = from.double();
  if (Number.isSafeInteger(value)) return value;
  throw new HitUnreadable('a whole number is none');
};

type Optionals = Pick<Hit, 'userId' | 'sessionStamp' | 'clientSessionId' | 'platform'>;

const readOptionals = (from: ByteReader, optionals: number): Optionals => ({
  ...((optionals & HAS_USER_ID) !== 0 && { userId: from.text() }),
  ...((optionals & HAS_STAMP) !== 0 && { sessionStamp: from.text() }),
  ...((optionals & HAS_CLIENT_SESSION_ID) !== 0 && { clientSessionId: from.text() }),
  ...((optionals & HAS_PLATFORM) !== 0 && { platform: readPlatform(from) }),
});

const readPlatform = (from: ByteReader): Platform => {
  const text = from.text();
  const platform = PLATFORMS.find(known => known === text);
  if (platform === undefined) throw new HitUnreadable('its platform is none that is known');
  return platform;
};

/** Built from entries, not by assignments: a name such as `__proto__` stays an ordinary name. */
const readMap = <T>(from: ByteReader, readValue: () => T): Readonly<Record<string, T>> => {
  const count = from.number();
  if (count === 0) return NONE;
  const entries: [name: string, value: T][] = [];
  while (entries.length < count) entries.push([from.text(), readValue()]);
  return Object.fromEntries(entries);
};

const readLists = (from: ByteReader): ValueLists =>
  readMap(from, () => {
    const values: string[] = [];
    for (let left = from.number(); left > 0; left -= 1) values.push(from.text());
    return values;
  });

const readNotes = (from: ByteReader): Hit['metadata'] => readMap(from, () => from.text());
