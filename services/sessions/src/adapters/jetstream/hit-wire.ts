import { DECODE_LIMITS, type DecodeLimits } from '@drawdown/cloudevents';
import type { Hit } from '../../domain/index.js';

/** CloudEvents types on DRAWDOWN_HITS; see docs/events.md. */
export const HIT_TYPE = 'drawdown.hits.source.hit.v1';
/** Moves the watermark of a silent source (sessions §12.5). */
export const PING_TYPE = 'drawdown.hits.source.ping.v1';
/** A hit of the service's own, which says all of it by its id and time (sessions §15.14). */
export const PROBE_TYPE = 'drawdown.hits.source.probe.v1';
/** Ends a lane on one source partition: nothing more comes, everything closes (sessions §12.2). */
export const IMPORT_COMPLETED_TYPE = 'drawdown.hits.source.import-completed.v1';

/** Names the lane of a message; absent means `live`. */
export const LANE_HEADER = 'Drawdown-Lane';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Every bound of a hit on the wire. */
export const HIT_LIMITS = {
  /** Ids of hit, client, property, user and session, and the event's name, in UTF-8: what one token of a subject may hold. */
  idBytesMax: 128,
  stampBytesMax: 512,
  /** Size as in sessions §2.2; more is refused. */
  sizeBytesMax: 128 * 1_024,
  /** Names, and all values together, of the query parameters; the same again of the headers, and notes. */
  valuesMax: 1_000,
  /** In lane `live`, by the message's timestamp (D5). */
  aheadMsMax: 5 * MINUTE_MS,
  behindMsMax: 7 * DAY_MS,
  laneCharsMax: 64,
  /** Bytes of one envelope that is written here; NATS takes 1 MiB with its headers. A hit that is larger stands alone. */
  envelopeBytesMax: 512 * 1_024,
} as const;

/** A hit is measured by its size, not by its JSON, which may be six times as long: within the message any length is read. */
export const HIT_DECODE_LIMITS: DecodeLimits = { ...DECODE_LIMITS, eventBytesMax: DECODE_LIMITS.messageBytesMax };

/** Why one hit of a message does not count; follows from the message alone (design §4.10). */
export interface HitRejection {
  /** Place in the envelope, 0 outside of one. */
  readonly index: number;
  /** Stable code, see docs/events.md. */
  readonly reason: string;
  readonly detail: string;
  /** Where it could be read: refusals are counted by property (D21). */
  readonly propertyId?: string;
  readonly namespace?: string;
}

/** A message of DRAWDOWN_HITS: what it brings, and what is wrong in its own bytes. */
export type HitsMessage =
  | {
      readonly kind: 'hits';
      readonly lane: string;
      readonly hits: readonly Hit[];
      readonly rejections: readonly HitRejection[];
    }
  | { readonly kind: 'ping' }
  | { readonly kind: 'import_completed'; readonly lane: string };
