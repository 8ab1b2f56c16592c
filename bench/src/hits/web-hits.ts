import { randomUUID } from 'node:crypto';
import { encodeHitText, type Hit } from '@drawdown/sessions/domain';

/** Every hit takes so many bytes in the store. */
export const ENCODED_BYTES = 800;
export const NAMES = { eventName: 'page_view', source: '/bench/site' } as const;

const NOTE_OVERHEAD = ',"md":{"note":""}'.length;

/** What tells one hit from another; the rest is the same page in the same browser. */
export interface HitShape {
  readonly namespace: string;
  readonly propertyId: string;
  readonly client: number;
  readonly atMs: number;
  /** Shows the device that the hit was made on; clients that show the same one are joined. */
  readonly stamp?: string;
}

/** A page view of a web site, filled up with a note to the size of all. */
export const webHit = ({ namespace, propertyId, client, atMs, stamp }: HitShape): Hit => {
  const hit: Hit = {
    id: randomUUID(),
    namespace,
    propertyId,
    clientId: `visitor-${String(client)}`,
    eventName: NAMES.eventName,
    ...(stamp === undefined ? {} : { sessionStamp: stamp }),
    ip: '192.0.2.17',
    host: 'shop.example',
    path: `/articles/${String(client % 997)}`,
    method: 'GET',
    receivedAtMs: atMs,
    requestSeq: 0,
    queryParams: { page: ['2'], sort: ['newest'] },
    headers: { 'User-Agent': ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'], 'Accept-Language': ['en-GB'] },
    body: new Uint8Array(),
    metadata: {},
  };
  const missing = ENCODED_BYTES - encodeHitText(hit).length - NOTE_OVERHEAD;
  return { ...hit, metadata: { note: 'x'.repeat(missing) } };
};

/** Every client has a device of its own; one hit in a hundred is made on the device of somebody else. */
const CONFLICTS_ONE_IN = 100;

const stampOf = (client: number): string => `device-${String(client)}`;

/** Clients as they come: spread over all, each as likely as another, the same in every run. */
export const clientAt = (index: number, clients: number): number => (Math.imul(index, 2_654_435_761) >>> 0) % clients;

/** The stamp that hit `index` shows: mostly the client's own, else that of a client that came shortly before. */
export const stampAt = (index: number, clients: number): string =>
  stampOf(clientAt(index % CONFLICTS_ONE_IN === CONFLICTS_ONE_IN - 1 ? index - CONFLICTS_ONE_IN / 2 : index, clients));
