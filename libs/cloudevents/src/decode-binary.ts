import { checkAttributes } from './attributes.js';
import { decodePercent } from './percent.js';
import type { CloudEvent, EventResult, HeaderSource } from './event.js';
import { exactValue, parsedJson, utf8Text } from './json-text.js';
import { failure } from './decode-structured.js';
import type { DecodeLimits } from './limits.js';
import { CONTENT_TYPE, headerOf, isJson } from './media-type.js';
import { survey } from './survey.js';

const PREFIX = 'ce-';

/** One event in binary mode: attributes in `ce-` headers, the payload is the data. A wrong payload is the event's fault here. */
export const decodeBinary = (headers: HeaderSource, data: Uint8Array, limits: DecodeLimits): EventResult => {
  if (data.byteLength > limits.eventBytesMax) {
    return failure(0, 'EVENT_TOO_LARGE', `${data.byteLength} bytes, at most ${limits.eventBytesMax} are read`);
  }
  const attributes = Object.create(null) as Record<string, string>;
  for (const header of headers.keys()) {
    const lowerCase = header.toLowerCase();
    if (!lowerCase.startsWith(PREFIX)) continue;
    const value = decodePercent(headers.get(header) ?? '');
    if (value === undefined) return failure(0, 'EVENT_INVALID', `the percent-encoding of a ${PREFIX} header is not UTF-8`);
    attributes[lowerCase.slice(PREFIX.length)] = value;
  }
  // The binding maps the media type to the content type; a `ce-datacontenttype` beside it would be a second opinion.
  const contentType = headerOf(headers, CONTENT_TYPE);
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  const misused = ['data', 'data_base64'].find(name => name in attributes);
  if (misused !== undefined) return failure(0, 'EVENT_INVALID', `${misused} is the name of no attribute`);
  const checked = checkAttributes(attributes);
  if (!checked.ok) return failure(0, 'EVENT_INVALID', checked.detail);
  if (data.byteLength === 0) return { ok: true, index: 0, event: checked.event };
  if (!isJson(checked.event.datacontenttype)) return { ok: true, index: 0, event: Object.assign(checked.event, { dataBytes: data }) };
  return withJson(checked.event, data, limits);
};

const withJson = (event: CloudEvent, payload: Uint8Array, limits: DecodeLimits): EventResult => {
  const text = utf8Text(payload);
  const parsed = text === undefined ? undefined : parsedJson(text);
  if (text === undefined || parsed === undefined) return failure(0, 'UNPARSABLE', 'the data is not JSON in UTF-8');
  const span = survey(text);
  // The event itself is the first level, as if it had come in structured mode.
  const depth = span.depth + 1;
  if (depth > limits.nestingDepthMax) {
    return failure(0, 'EVENT_TOO_DEEP', `nested ${depth} levels deep, at most ${limits.nestingDepthMax} are read`);
  }
  return { ok: true, index: 0, event: Object.assign(event, { data: exactValue(text, parsed.value, span) }) };
};
