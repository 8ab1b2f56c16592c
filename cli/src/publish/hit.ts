import type { ExactJson, OutgoingEvent } from '@drawdown/cloudevents';

/** CloudEvents type of a hit on the wire; docs/events.md lists its data. */
const HIT_TYPE = 'drawdown.hits.source.hit.v1';

/** Texts of a hit that may be left out, under their names on the wire. */
export const HIT_TEXTS = ['userId', 'sessionStamp', 'sessionId', 'platform', 'ip', 'host', 'path', 'method'] as const;
export type HitText = (typeof HIT_TEXTS)[number];

/** Several values per name. */
export type HitValues = Readonly<Record<string, readonly string[]>>;

/** One hit, ready to be published by either way. */
export interface OutgoingHit {
  readonly id: string;
  readonly source: string;
  readonly propertyId: string;
  readonly clientId: string;
  readonly eventName: string;
  /** RFC 3339; absent: when it arrives. */
  readonly time?: string;
  readonly texts: Readonly<Partial<Record<HitText, string>>>;
  readonly queryParams: HitValues;
  readonly headers: HitValues;
  readonly metadata: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body?: string;
  readonly requestSeq?: number;
}

/** As the service reads it from the stream. */
export const toHitEvent = (hit: OutgoingHit): OutgoingEvent => ({
  id: hit.id,
  source: hit.source,
  type: HIT_TYPE,
  ...(hit.time === undefined ? {} : { time: hit.time }),
  data: dataOf(hit),
});

const dataOf = ({ clientId, propertyId, eventName, texts, queryParams, headers, metadata, body, requestSeq }: OutgoingHit): ExactJson => ({
  clientId,
  propertyId,
  eventName,
  ...texts,
  ...unlessEmpty({ queryParams, headers, metadata }),
  ...(body === undefined ? {} : { body }),
  ...(requestSeq === undefined ? {} : { requestSeq }),
});

const unlessEmpty = (lists: Readonly<Record<string, HitValues | OutgoingHit['metadata']>>): Record<string, ExactJson> =>
  Object.fromEntries(Object.entries(lists).filter(([, values]) => Object.keys(values).length > 0));
