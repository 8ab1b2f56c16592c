import { percentEncode } from '@drawdown/eventlog';
import type { HitOutcome, HitRecord, HitResult, IngestCall, IngestReply, StoredProperty } from '../../application/store/session-store.js';
import { compareHits, type Identifier } from '../../domain/index.js';
import { idField, idHash } from './hit-ids.js';
import { fenceOf, type NumberedBy } from './incarnations.js';
import { laneToken } from './keys.js';

/** A call as the library takes it: its head as JSON, what is to be known of all hits as one value, then field and bytes of each. */
export interface PackedCall {
  readonly args: readonly (string | Buffer)[];
  /** Places of the call's hits in the order in which they are applied (D14). */
  readonly order: readonly number[];
}

/** How the library writes infinity, which JSON cannot. */
export const watermarkText = (ms: number): string => (ms === Number.POSITIVE_INFINITY ? 'inf' : String(ms));

export const packIngest = (call: IngestCall, duplicateRetentionMs: number, numbers: NumberedBy): PackedCall => {
  const order = [...call.hits.keys()].sort((a, b) => compareHits(orderOf(call.hits[a]), orderOf(call.hits[b])));
  const hits = order.map(place => requireHit(call.hits[place]));
  const properties: StoredProperty[] = [];
  const numbered = hits.map(({ property }) => indexOf(properties, property));
  const head = {
    source: call.source,
    previous: call.previous,
    next: call.next,
    incarnation: numbers.hits,
    fence: fenceOf(call.epoch, numbers),
    lane: laneToken(call.lane),
    retention_ms: duplicateRetentionMs,
    watermarks: Object.fromEntries(Object.entries(call.watermarksMs).map(([scope, ms]) => [scope, watermarkText(ms)])),
    first_buckets: call.firstBuckets,
    properties: properties.map(packProperty),
    ...(call.rebuild === undefined ? {} : { rebuild: call.rebuild }),
  };
  return {
    args: [JSON.stringify(head), packHits(hits, numbered), ...hits.flatMap(({ id, encoded }) => [idField(id), bytesOf(encoded)])],
    order,
  };
};

const orderOf = (hit: HitRecord | undefined): HitRecord => requireHit(hit);

const requireHit = (hit: HitRecord | undefined): HitRecord => {
  if (hit === undefined) throw new RangeError('a hit is missing from its call');
  return hit;
};

/** Properties are numbered from 1, as Lua counts. */
const indexOf = (properties: StoredProperty[], property: StoredProperty): number => {
  const known = properties.indexOf(property);
  return known >= 0 ? known + 1 : properties.push(property);
};

/** Name of a property in keys: tokens percent-encoded, so that no name reaches into another's. */
export const propertyToken = ({ namespace, propertyId }: Pick<StoredProperty, 'namespace' | 'propertyId'>): string =>
  `${percentEncode(namespace)}.${percentEncode(propertyId)}`;

const packProperty = (property: StoredProperty): unknown => [
  property.namespace,
  property.propertyId,
  `${property.scope} ${propertyToken(property)}`,
  property.hardCaps.hits,
  property.hardCaps.ms,
  property.hardCaps.bytes,
  property.clientsPerIdentifierMax,
  property.openSessionsMax ?? false,
  property.openBytesMax ?? false,
  property.announceOpened,
];

/** By number from 1, as `CONTROLS` in library/hits.ts; 0 is none. */
const CONTROLS: readonly HitRecord['control'][] = [undefined, 'session_start', 'session_end'];

/** Bytes of a hit without its texts, and of a text without its characters. */
const HIT_BYTES = 68;
const TEXT_BYTES = 2;
const UTF_8_BYTES_MAX = 3;

/** All hits one behind the other, as `HIT` and `IDENTIFIER` in library/hits.ts read them: numbers, then texts behind their lengths. */
const packHits = (hits: readonly HitRecord[], properties: readonly number[]): Buffer => {
  const packed = Buffer.allocUnsafe(hits.reduce((sum, hit) => sum + mostBytesOf(hit), 0));
  let at = 0;
  for (const [index, hit] of hits.entries()) at = writeHit(packed, at, hit, properties[index] ?? 0);
  return packed.subarray(0, at);
};

const mostBytesOf = ({ userKey = '', identifiers }: HitRecord): number =>
  HIT_BYTES +
  UTF_8_BYTES_MAX * userKey.length +
  identifiers.reduce((sum, each) => sum + 2 * TEXT_BYTES + UTF_8_BYTES_MAX * (nameOf(each).length + earlierNameOf(each).length), 0);

const nameOf = ({ type, hash }: Identifier): string => `${type}:${hash}`;

const earlierNameOf = ({ type, alsoLookUp }: Identifier): string => (alsoLookUp === undefined ? '' : `${type}:${alsoLookUp}`);

const writeHit = (to: Buffer, begin: number, hit: HitRecord, property: number): number => {
  let at = to.writeUInt16BE(property, begin);
  at = to.writeDoubleBE(hit.receivedAtMs, at);
  at = to.writeDoubleBE(hit.requestSeq, at);
  at = to.writeDoubleBE(hit.bytes, at);
  at = to.writeDoubleBE(hit.expiryBucket, at);
  at = to.writeUInt8(CONTROLS.indexOf(hit.control), at);
  at = to.writeUInt8(hit.identifiers.length, at);
  at += idHash(hit.id).copy(to, at);
  at += to.write(hit.clientKey, at);
  at = writeText(to, at, hit.userKey ?? '');
  for (const identifier of hit.identifiers) {
    at = writeText(to, at, nameOf(identifier));
    at = writeText(to, at, earlierNameOf(identifier));
  }
  return at;
};

const writeText = (to: Buffer, at: number, text: string): number => {
  const length = to.write(text, at + TEXT_BYTES);
  to.writeUInt16BE(length, at);
  return at + TEXT_BYTES + length;
};

const bytesOf = (encoded: Uint8Array): Buffer => Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);

/** What `ingest` answers, as it comes from the server. */
type IngestAnswer =
  | readonly ['applied', number, readonly HitOutcome[], readonly string[], readonly number[], number]
  | readonly ['already_applied', string]
  | readonly ['state_lost', (string | null)?];

export const readIngestReply = (reply: unknown, order: readonly number[]): IngestReply => {
  const answer = reply as IngestAnswer;
  switch (answer[0]) {
    case 'already_applied':
      return { kind: 'already_applied', at: Number(answer[1]) };
    case 'state_lost':
      return { kind: 'state_lost', at: typeof answer[1] === 'string' ? Number(answer[1]) : null };
    case 'applied': {
      const [, merges, outcomes, sessionKeys, capped, opened] = answer;
      const cappedPlaces = new Set(capped);
      const results: HitResult[] = new Array<HitResult>(order.length);
      for (const [index, place] of order.entries()) {
        results[place] = {
          outcome: outcomes[index] ?? 'refused',
          sessionKey: sessionKeys[index] ?? '',
          capped: cappedPlaces.has(index + 1),
        };
      }
      return { kind: 'applied', results, merges, opened };
    }
  }
};
