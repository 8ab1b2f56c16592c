import { Refusal } from '@drawdown/errors';
import { PLATFORMS, type Hit, type Platform, type ValueLists } from './hit.js';

/**
 * A hit as it is stored: JSON with the compact names of sessions §2.1 and, for the fields that are ours, `ns` namespace, `sq` place in the
 * request, `ss` stamp, `cs` session id of the client, `pf` platform. What is empty is left out. Members come in one order.
 */
interface StoredHit {
  readonly i: string;
  readonly ns: string;
  readonly pi: string;
  readonly ci: string;
  readonly en: string;
  /** Milliseconds since 1970. */
  readonly srt: number;
  readonly sq?: number | undefined;
  readonly uid?: string | undefined;
  readonly ss?: string | undefined;
  readonly cs?: string | undefined;
  readonly pf?: Platform | undefined;
  readonly ip?: string | undefined;
  readonly h?: string | undefined;
  readonly p?: string | undefined;
  readonly m?: string | undefined;
  readonly qp?: ValueLists | undefined;
  readonly he?: ValueLists | undefined;
  readonly md?: Readonly<Record<string, string>> | undefined;
  /** Base64. */
  readonly bd?: string | undefined;
}

/** A stored hit that does not read: its session is parked with what does (sessions §12.7, E38). */
export class HitUnreadable extends Refusal {
  override readonly name = 'HitUnreadable';

  constructor(detail: string, options?: ErrorOptions) {
    super('HIT_UNREADABLE', `a stored hit cannot be read: ${detail}`, {}, [], options);
  }
}

const NONE = Object.freeze({});

/** Bytes for the store: `encodeHitText` in UTF-8. */
export const encodeHit = (hit: Hit): Uint8Array => Buffer.from(encodeHitText(hit));

/** One line of JSON; `decodeHit` gives an equal hit back. */
export const encodeHitText = (hit: Hit): string => {
  const stored: StoredHit = {
    i: hit.id,
    ns: hit.namespace,
    pi: hit.propertyId,
    ci: hit.clientId,
    en: hit.eventName,
    srt: hit.receivedAtMs,
    sq: hit.requestSeq === 0 ? undefined : hit.requestSeq,
    uid: hit.userId,
    ss: hit.sessionStamp,
    cs: hit.clientSessionId,
    pf: hit.platform,
    ip: unlessEmpty(hit.ip),
    h: unlessEmpty(hit.host),
    p: unlessEmpty(hit.path),
    m: unlessEmpty(hit.method),
    qp: unlessBare(hit.queryParams),
    he: unlessBare(hit.headers),
    md: unlessBare(hit.metadata),
    bd: hit.body.byteLength === 0 ? undefined : base64Of(hit.body),
  };
  return JSON.stringify(stored);
};

const unlessEmpty = (text: string): string | undefined => (text === '' ? undefined : text);

const unlessBare = <T extends object>(map: T): T | undefined => {
  for (const name in map) if (Object.hasOwn(map, name)) return map;
  return undefined;
};

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/**
 * Reads a stored hit.
 * @throws HitUnreadable where a member is missing or of another type: nothing of the hit is guessed.
 */
export const decodeHit = (encoded: string | Uint8Array): Hit => {
  const stored = parsed(encoded);
  const userId = optional(stored, 'uid', isText);
  const sessionStamp = optional(stored, 'ss', isText);
  const clientSessionId = optional(stored, 'cs', isText);
  const platform = optional(stored, 'pf', isPlatform);
  return {
    id: required(stored, 'i', isText),
    namespace: required(stored, 'ns', isText),
    propertyId: required(stored, 'pi', isText),
    clientId: required(stored, 'ci', isText),
    eventName: required(stored, 'en', isText),
    receivedAtMs: required(stored, 'srt', isInteger),
    requestSeq: optional(stored, 'sq', isInteger) ?? 0,
    ...(userId === undefined ? NONE : { userId }),
    ...(sessionStamp === undefined ? NONE : { sessionStamp }),
    ...(clientSessionId === undefined ? NONE : { clientSessionId }),
    ...(platform === undefined ? NONE : { platform }),
    ip: optional(stored, 'ip', isText) ?? '',
    host: optional(stored, 'h', isText) ?? '',
    path: optional(stored, 'p', isText) ?? '',
    method: optional(stored, 'm', isText) ?? '',
    queryParams: optional(stored, 'qp', isLists) ?? NONE,
    headers: optional(stored, 'he', isLists) ?? NONE,
    metadata: optional(stored, 'md', isNotes) ?? NONE,
    body: bytesOf(optional(stored, 'bd', isText) ?? ''),
  };
};

type Fields = Readonly<Record<string, unknown>>;

const optional = <T>(stored: Fields, name: keyof StoredHit, isSound: (value: unknown) => value is T): T | undefined => {
  const value = stored[name];
  if (value === undefined || isSound(value)) return value;
  throw new HitUnreadable(`member ${name} is of another type`);
};

const required = <T>(stored: Fields, name: keyof StoredHit, isSound: (value: unknown) => value is T): T => {
  const value = optional(stored, name, isSound);
  if (value === undefined) throw new HitUnreadable(`member ${name} is missing`);
  return value;
};

/** A copy: small buffers lie in a pool that they would keep alive. */
const bytesOf = (base64: string): Uint8Array => (base64 === '' ? new Uint8Array() : Uint8Array.from(Buffer.from(base64, 'base64')));

const parsed = (encoded: string | Uint8Array): Fields => {
  const text = typeof encoded === 'string' ? encoded : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HitUnreadable('it is not JSON', { cause });
  }
  if (!isRecord(value)) throw new HitUnreadable('it is not an object');
  return value;
};

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

const isPlatform = (value: unknown): value is Platform => PLATFORMS.some(platform => platform === value);

const isNotes = (value: unknown): value is Readonly<Record<string, string>> => isRecord(value) && Object.values(value).every(isText);

const isLists = (value: unknown): value is ValueLists =>
  isRecord(value) && Object.values(value).every(list => Array.isArray(list) && list.every(isText));
