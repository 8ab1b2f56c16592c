import { encodeHit, type Hit, type PublishedSession, type SessionHeader } from '../../src/domain/index.js';
import { ADDRESS, START_MS } from './given.js';

export const hit = (id: string, changes: Partial<Hit> = {}): Hit => ({
  id,
  namespace: ADDRESS.namespace,
  propertyId: ADDRESS.propertyId,
  clientId: 'client',
  eventName: 'page_view',
  ip: '',
  host: '',
  path: '/',
  method: 'GET',
  receivedAtMs: START_MS,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
  ...changes,
});

export const session = (of: SessionHeader, ...hits: readonly Hit[]): PublishedSession => ({ header: of, hits: hits.map(encodeHit) });

/** Hits of one session with a body each, so that they take several chunks. */
export const bulky = (name: string, count: number, bodyBytes = 60_000): Hit[] =>
  Array.from({ length: count }, (_, index) =>
    hit(`${name}-${index}`, { receivedAtMs: START_MS + index, body: Buffer.alloc(bodyBytes, index % 256) }),
  );
