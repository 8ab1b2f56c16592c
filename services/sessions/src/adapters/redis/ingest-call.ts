import { percentEncode } from '@drawdown/eventlog';
import type { HitOutcome, HitRecord, HitResult, IngestCall, IngestReply, StoredProperty } from '../../application/store/session-store.js';
import { compareHits, type Identifier } from '../../domain/index.js';
import { idField, idHash } from './hit-ids.js';
import { fenceOf, type NumberedBy } from './incarnations.js';
import { laneToken } from './keys.js';

/** A call as the library takes it: what is text as JSON, all id hashes as one value, then field and bytes of each hit. */
export interface PackedCall {
  readonly args: readonly (string | Buffer)[];
  /** Places of the call's hits in the order in which they are applied (D14). */
  readonly order: readonly number[];
}

/** How the library writes infinity, which JSON cannot. */
export const watermarkText = (ms: number): string => (ms === Number.POSITIVE_INFINITY ? 'inf' : String(ms));

export const packIngest = (call: IngestCall, duplicateRetentionMs: number, numbers: NumberedBy): PackedCall => {
  const order = [...call.hits.keys()].sort((a, b) => compareHits(orderOf(call.hits[a]), orderOf(call.hits[b])));
  const properties: StoredProperty[] = [];
  const hits: unknown[] = [];
  const hashes: Buffer[] = [];
  const parts: Buffer[] = [];
  for (const place of order) {
    const hit = requireHit(call.hits[place]);
    hits.push(packHit(hit, indexOf(properties, hit.property)));
    hashes.push(idHash(hit.id));
    parts.push(idField(hit.id), bytesOf(hit.encoded));
  }
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
    hits,
    ...(call.rebuild === undefined ? {} : { rebuild: call.rebuild }),
  };
  return { args: [JSON.stringify(head), Buffer.concat(hashes), ...parts], order };
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

const packHit = (hit: HitRecord, property: number): unknown => [
  property,
  hit.clientKey,
  hit.receivedAtMs,
  hit.requestSeq,
  hit.bytes,
  hit.expiryBucket,
  hit.identifiers.length > 0 && hit.identifiers.flatMap(packIdentifier),
  hit.control ?? false,
  hit.userKey ?? false,
];

const packIdentifier = ({ type, hash, alsoLookUp }: Identifier): readonly (string | false)[] => [type, hash, alsoLookUp ?? false];

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
