import { createHash } from 'node:crypto';
import { Subjects, type StoredMessage } from '@drawdown/eventlog';
import type { Hit } from '../../src/domain/index.js';
import { decodeHitsMessage } from '../../src/adapters/jetstream/hit-message.js';
import { HIT_TYPE, type HitsMessage } from '../../src/adapters/jetstream/hit-wire.js';

export const SUBJECTS = new Subjects('drawdown');
export const ARRIVED_MS = Date.parse('2026-03-01T12:00:00.250Z');

/** A message as it lies in the stream. */
export const stored = (subject: string, data: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): StoredMessage => ({
  stream: 'hits',
  subject,
  sequence: 7,
  timeMs: ARRIVED_MS,
  headers: new Map(Object.entries(headers)),
  data: Buffer.from(data),
});

/** One hit as a structured CloudEvent; `data` is laid over a whole one, `undefined` takes a member away. */
export const event = (data: Readonly<Record<string, unknown>> = {}, attributes: Readonly<Record<string, unknown>> = {}) => ({
  specversion: '1.0',
  id: 'h1',
  source: '/test',
  type: HIT_TYPE,
  ...attributes,
  data: { clientId: 'c1', propertyId: 'shop', eventName: 'page_view', ...data },
});

export const single = (property = 'shop', client = 'c1'): string => SUBJECTS.hitsStored('acme', property, client);

export const envelope = (property = 'shop', client = 'c1', namespace = 'acme'): string =>
  SUBJECTS.hitsBatch(SUBJECTS.hitPartition(namespace, property, client), namespace);

export const decoded = (message: StoredMessage) => decodeHitsMessage(SUBJECTS, message);

/** What a readable message with hits brought. */
export const hitsOf = (message: StoredMessage): HitsMessage & { readonly kind: 'hits' } => {
  const result = decoded(message);
  if (!result.ok || result.value.kind !== 'hits') throw new Error(`no hits: ${JSON.stringify(result)}`);
  return result.value;
};

/** The codes of what was refused in a structured hit under the subject of client c1. */
export const reasonsOf = (one: object, headers: Readonly<Record<string, string>> = {}): readonly string[] =>
  hitsOf(stored(single(), JSON.stringify(one), headers)).rejections.map(({ reason }) => reason);

export const reasonOf = (message: StoredMessage): string => {
  const result = decoded(message);
  return result.ok ? 'none' : result.reason;
};

/** The one hit of a message that is sound. */
export const onlyHit = (message: StoredMessage): Hit => {
  const { hits, rejections } = hitsOf(message);
  const [hit] = hits;
  if (hit === undefined || hits.length > 1 || rejections.length > 0) throw new Error(`not one sound hit: ${JSON.stringify(rejections)}`);
  return hit;
};

export const hashToken = (value: string): string => `=${createHash('sha256').update(value).digest('hex')}`;
