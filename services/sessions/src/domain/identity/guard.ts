import { headerValues } from '../hit/header-values.js';
import type { Hit } from '../hit/hit.js';
import type { PropertySettings } from '../property/settings.js';
import type { Identifier } from './identifier.js';
import { KeyCache } from './key-cache.js';
import { keyOf, lengthPrefixed } from './length-prefixed.js';
import { NO_SALTS, type StampSalts } from './salts.js';
import { explicitStampOf } from './stamps.js';

const DAY_MS = 86_400_000;

/** Keys of the clients seen last; some 12 MB when full. */
const CACHED_KEYS_PER_HALF = 32_768;

/** What names a client: hits with different session ids of their own are different clients, so that they never share a session. */
export type ClientName = Pick<Hit, 'namespace' | 'propertyId' | 'clientId' | 'clientSessionId'>;

/** The settings that decide what joins clients. */
export type JoinSettings = Pick<
  PropertySettings,
  'scope' | 'joinByStamp' | 'joinByUserId' | 'stampHeaders' | 'timeoutMs' | 'platformTimeoutsMs'
>;

/** `ck` of sessions §12.2: 22 characters that no client can choose (D9, D15). */
export const clientKey = (namespace: string, propertyId: string, clientId: string, clientSessionId?: string): string =>
  keyOf(clientText({ namespace, propertyId, clientId, ...(clientSessionId === undefined ? {} : { clientSessionId }) }));

const clientText = ({ namespace, propertyId, clientId, clientSessionId }: ClientName): string =>
  lengthPrefixed(clientSessionId === undefined ? [namespace, propertyId, clientId] : [namespace, propertyId, clientId, clientSessionId]);

/**
 * Stands in front of the engine (sessions §10.2): turns the ids and stamps that clients send into keys scoped by namespace and property.
 * Remembers keys, decides nothing by them: every guard gives the same answers.
 */
export class Guard {
  private readonly keys = new KeyCache(CACHED_KEYS_PER_HALF, keyOf);

  /** @default no salts: computed stamps can be made again by whoever knows address and headers */
  constructor(private readonly salts: StampSalts = NO_SALTS) {}

  clientKeyOf(client: ClientName): string {
    return this.keys.get(clientText(client));
  }

  /** What may join the hit's client to others, in the order in which it is claimed: stamp, user. None never joins. */
  identifiersOf(hit: Hit, settings: JoinSettings): readonly Identifier[] {
    if (settings.scope === 'client') return [];
    const stamp = settings.joinByStamp ? this.stampOf(hit, settings) : null;
    const user = settings.joinByUserId ? this.userOf(hit) : null;
    return [stamp, user].filter(identifier => identifier !== null);
  }

  private stampOf(hit: Hit, settings: JoinSettings): Identifier | null {
    const explicit = explicitStampOf(hit);
    if (explicit !== null) return { type: 'stamp', hash: this.keys.get(scoped(hit, 'explicit', [explicit])) };
    if (settings.stampHeaders === null || hit.ip === '') return null;
    return computedStamp(hit, settings.stampHeaders, longestTimeoutMs(settings), this.salts);
  }

  private userOf(hit: Hit): Identifier | null {
    if (hit.userId === undefined || hit.userId === '') return null;
    return { type: 'user', hash: this.keys.get(scoped(hit, 'user', [hit.userId])) };
  }
}

/** Address, headers, UTC date and its salt; in the first D of a day also those of the day before (D20). */
const computedStamp = (hit: Hit, headers: readonly string[], timeoutMs: number, salts: StampSalts): Identifier => {
  const device = [...headerValues(hit.headers, headers), hit.ip];
  const onDateOf = (atMs: number): string => {
    const date = utcDateOf(atMs);
    const salt = salts.of(date);
    return keyOf(scoped(hit, 'computed', salt === undefined ? [...device, date] : [...device, date, salt]));
  };
  const sinceMidnightMs = ((hit.receivedAtMs % DAY_MS) + DAY_MS) % DAY_MS;
  const today: Identifier = { type: 'stamp', hash: onDateOf(hit.receivedAtMs) };
  return sinceMidnightMs < timeoutMs ? { ...today, alsoLookUp: onDateOf(hit.receivedAtMs - DAY_MS) } : today;
};

/** `YYYY-MM-DD`. */
const utcDateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 'YYYY-MM-DD'.length);

/** The kind keeps an explicit stamp from imitating a computed one. */
const scoped = (
  { namespace, propertyId, clientSessionId }: Hit,
  kind: 'explicit' | 'computed' | 'user',
  values: readonly string[],
): string => lengthPrefixed([namespace, propertyId, clientSessionId ?? '', kind, ...values]);

/** A session from before midnight may be open as long as the longest timeout of any platform. */
const longestTimeoutMs = ({ timeoutMs, platformTimeoutsMs }: JoinSettings): number =>
  Math.max(timeoutMs, ...Object.values(platformTimeoutsMs));
