import type { Hit } from '../hit/hit.js';
import { NO_NAMESPACE } from '../identity/no-namespace.js';
import { settingsOf } from '../property/given.js';
import type { Property } from '../property/settings.js';

const PROBE_PROPERTY_ID = 'probe';

/**
 * Where the service puts sessions of its own making, to measure how long a hit takes until its session can be read (sessions §15.14). It yields no usage, and
 * its sessions end as soon as a wheel can end any.
 */
export const probeProperty = (tickMs: number): Property => ({
  namespace: NO_NAMESPACE,
  propertyId: PROBE_PROPERTY_ID,
  settings: settingsOf({ scope: 'client', timeoutMs: tickMs }),
  settingsVersion: 1,
});

export const isProbe = ({ namespace, propertyId }: Pick<Hit, 'namespace' | 'propertyId'>): boolean =>
  namespace === NO_NAMESPACE && propertyId === PROBE_PROPERTY_ID;

/** One visit of a visitor who never comes again: nothing can be amended, and its traces leave the store with its id's retention. */
export const probeHit = (id: string, sentAtMs: number): Hit => ({
  id,
  namespace: NO_NAMESPACE,
  propertyId: PROBE_PROPERTY_ID,
  clientId: id,
  eventName: 'probe',
  ip: '',
  host: '',
  path: '',
  method: '',
  receivedAtMs: sentAtMs,
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
});
