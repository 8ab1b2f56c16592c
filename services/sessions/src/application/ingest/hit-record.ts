import { PARTITIONS } from '@drawdown/eventlog';
import {
  bucketNumber,
  encodeHit,
  sizeOfHit,
  timeoutMsOf,
  userKey,
  type Guard,
  type Hit,
  type Property,
  type Scope,
} from '../../domain/index.js';
import type { Control, HitRecord, StoredProperty } from '../store/session-store.js';

/** Events that also steer the session (sessions §15.5). `keep_alive` needs no steering: stored like any hit, it keeps the session open. */
const CONTROLS: ReadonlySet<string> = new Set<Control>(['session_start', 'session_end']);

/** Turns hits into what the store takes: ids become keys, times become buckets. */
export class HitRecords {
  readonly #stored = new WeakMap<Property, StoredProperty>();

  constructor(
    private readonly guard: Guard,
    private readonly tickMs: number,
  ) {}

  of(hit: Hit, property: Property): HitRecord {
    const { settings } = property;
    return {
      property: this.#storedOf(property),
      clientKey: this.guard.clientKeyOf(hit),
      id: hit.id,
      receivedAtMs: hit.receivedAtMs,
      requestSeq: hit.requestSeq,
      bytes: sizeOfHit(hit),
      encoded: encodeHit(hit),
      expiryBucket: bucketNumber(hit.receivedAtMs + timeoutMsOf(settings, hit.platform), this.tickMs),
      identifiers: this.guard.identifiersOf(hit, settings),
      ...(hit.userId === undefined ? {} : { userKey: userKey(hit.namespace, hit.propertyId, hit.userId) }),
      ...(isControl(hit.eventName) ? { control: hit.eventName } : {}),
    };
  }

  #storedOf(property: Property): StoredProperty {
    let stored = this.#stored.get(property);
    if (stored === undefined) {
      const { namespace, propertyId, settings } = property;
      const { scope, hardCaps, clientsPerIdentifierMax, announceOpened } = settings;
      const openSessionsMax = quotaOfState(scope, settings.openSessionsMax);
      const openBytesMax = quotaOfState(scope, settings.openBytesMax);
      stored = { namespace, propertyId, scope, hardCaps, clientsPerIdentifierMax, openSessionsMax, openBytesMax, announceOpened };
      this.#stored.set(property, stored);
    }
    return stored;
  }
}

/** What one state partition may hold: all of it, or its part of what is spread over all partitions (sessions §12.1, §12.6). */
const quotaOfState = (scope: Scope, quota: number | null): number | null =>
  quota === null || scope === 'property' ? quota : Math.ceil(quota / PARTITIONS);

const isControl = (eventName: string): eventName is Control => CONTROLS.has(eventName);
