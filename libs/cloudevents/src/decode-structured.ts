import { checkAttributes } from './attributes.js';
import type { CloudEvent, EventFault, EventResult } from './event.js';
import { ExactNumber } from './exact-number.js';
import type { ExactJson, ExactJsonObject } from './exact-json.js';
import { isJson } from './media-type.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const failure = (index: number, reason: EventFault, detail: string): EventResult => ({ ok: false, index, reason, detail });

const isObject = (value: ExactJson): value is ExactJsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** One event in the JSON format. Base64 data stays bytes, whatever its media type says. */
export const decodeStructured = (value: ExactJson, index: number): EventResult => {
  if (!isObject(value)) return failure(index, 'EVENT_INVALID', 'the event is not a JSON object');
  const checked = checkAttributes(value);
  if (!checked.ok) return failure(index, 'EVENT_INVALID', checked.detail);
  const { data, data_base64: encoded } = value;
  if (encoded !== undefined && encoded !== null) return withBytes(checked.event, encoded, data, index);
  if (data === undefined) return { ok: true, index, event: checked.event };
  // A string under another media type is text of that type, not a JSON value; both are kept as the string that stands there.
  if (!isJson(checked.event.datacontenttype) && typeof data !== 'string') {
    return failure(index, 'EVENT_INVALID', 'data is JSON although datacontenttype says otherwise');
  }
  return { ok: true, index, event: Object.assign(checked.event, { data }) };
};

const withBytes = (event: CloudEvent, encoded: ExactJson, data: ExactJson | undefined, index: number): EventResult => {
  if (data !== undefined) return failure(index, 'EVENT_INVALID', 'data and data_base64 are both given');
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return failure(index, 'EVENT_INVALID', 'data_base64 is not base64');
  return { ok: true, index, event: Object.assign(event, { dataBytes: new Uint8Array(Buffer.from(encoded, 'base64')) }) };
};
