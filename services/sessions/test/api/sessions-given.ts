import { clientKey, LIVE_LANE, type Hit, type SessionHeader } from '../../src/domain/index.js';
import type { LiveSession } from '../../src/application/queries/ports.js';
import { header } from '../views/given.js';

export const START_MS = Date.parse('2026-03-01T10:00:00Z');

/** A stored hit of namespace `acme`. */
export const storedHit = (propertyId: string, id: string, atMs: number, given: Partial<Hit> = {}): Hit => ({
  id,
  namespace: 'acme',
  propertyId,
  clientId: 'visitor',
  eventName: 'page_view',
  ip: '',
  host: 'shop.example',
  path: '/',
  method: 'GET',
  receivedAtMs: atMs,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
  ...given,
});

/** A closed session of these hits, which are in order. */
export const closedOf = (
  propertyId: string,
  hits: readonly Hit[],
  given: Partial<SessionHeader> = {},
): { header: SessionHeader; hits: readonly Hit[] } => {
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a session has hits');
  const { namespace, clientId, userId } = first;
  return {
    header: header(first.id, {
      namespace,
      propertyId,
      clientId,
      ...(userId === undefined ? {} : { userId }),
      clientKeys: [clientKey(namespace, propertyId, clientId)],
      startedAtMs: first.receivedAtMs,
      endedAtMs: last.receivedAtMs,
      hits: hits.length,
      ...given,
    }),
    hits,
  };
};

/** An open session of these hits. */
export const openOf = (
  propertyId: string,
  hits: readonly Hit[],
  given: Partial<LiveSession> = {},
): { session: LiveSession; hits: readonly Hit[] } => {
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a session has hits');
  const key = clientKey(first.namespace, propertyId, first.clientId);
  return {
    session: {
      wheel: { state: 7, lane: LIVE_LANE },
      sessionKey: key,
      namespace: first.namespace,
      propertyId,
      scope: 'client',
      state: 'OPEN',
      firstHitId: first.id,
      startedAtMs: first.receivedAtMs,
      lastHitAtMs: last.receivedAtMs,
      expiryBucket: Math.floor((last.receivedAtMs + 1_800_000) / 1_000),
      hits: hits.length,
      bytes: 256 * hits.length,
      isLate: false,
      clientKeys: [key],
      joins: [],
      duplicateHits: 0,
      lateHits: 0,
      ...given,
    },
    hits,
  };
};
