import { stringify } from 'lossless-json';
import { checkAttributes } from './attributes.js';
import type { EncodedMessage, ExtensionValue } from './event.js';
import { ExactNumber } from './exact-number.js';
import type { ExactJson } from './exact-json.js';
import { BATCH_JSON, CONTENT_TYPE, STRUCTURED_JSON } from './media-type.js';
import { encodePercent } from './percent.js';

const JSON_MEDIA_TYPE = 'application/json';
const SPECVERSION = '1.0';
const EXACT_NUMBERS = [
  { test: (value: unknown) => value instanceof ExactNumber, stringify: (value: unknown) => String((value as ExactNumber).text) },
];

/** An event to be published. Its data is always JSON. */
export interface OutgoingEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly data?: ExactJson;
  /** Names in lower-case letters and digits. */
  readonly extensions?: Readonly<Record<string, ExtensionValue>>;
}

/** Thrown by the encoders for an event that no reader would take: our own mistake, so neither refusal nor fault. */
export class UnencodableEvent extends Error {
  override readonly name = 'UnencodableEvent';
}

const attributesOf = (event: OutgoingEvent): Readonly<Record<string, ExtensionValue>> => {
  const { id, source, type, subject, time, data, extensions } = event;
  const attributes: Record<string, ExtensionValue> = {
    ...extensions,
    specversion: SPECVERSION,
    id,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    ...(time === undefined ? {} : { time }),
    ...(data === undefined ? {} : { datacontenttype: JSON_MEDIA_TYPE }),
  };
  const checked = checkAttributes(attributes);
  if (!checked.ok) throw new UnencodableEvent(checked.detail);
  return attributes;
};

const jsonText = (value: ExactJson): string => {
  const text = stringify(value, undefined, undefined, EXACT_NUMBERS);
  if (text === undefined) throw new UnencodableEvent('the data has no JSON form');
  return text;
};

const structuredText = (event: OutgoingEvent): string =>
  jsonText(event.data === undefined ? attributesOf(event) : { ...attributesOf(event), data: event.data });

/** One event as `application/cloudevents+json`. */
export const encodeStructured = (event: OutgoingEvent): EncodedMessage => ({
  headers: new Map([[CONTENT_TYPE, STRUCTURED_JSON]]),
  data: Buffer.from(structuredText(event)),
});

/** Events of one partition as `application/cloudevents-batch+json`; the caller keeps to the limits of the reader. */
export const encodeBatch = (events: readonly OutgoingEvent[]): EncodedMessage => ({
  headers: new Map([[CONTENT_TYPE, BATCH_JSON]]),
  data: Buffer.from(`[${events.map(structuredText).join(',')}]`),
});

/** One event with its attributes in `ce-` headers and its data as the payload. */
export const encodeBinary = (event: OutgoingEvent): EncodedMessage => {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(attributesOf(event))) {
    if (name === 'datacontenttype') headers.set(CONTENT_TYPE, JSON_MEDIA_TYPE);
    else headers.set(`ce-${name}`, encodePercent(String(value)));
  }
  return { headers, data: event.data === undefined ? new Uint8Array() : Buffer.from(jsonText(event.data)) };
};
