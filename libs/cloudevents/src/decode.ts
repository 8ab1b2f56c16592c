import { decodeBinary } from './decode-binary.js';
import type { DecodedMessage, EventResult, HeaderSource } from './event.js';
import { DECODE_LIMITS, type DecodeLimits } from './limits.js';
import { contentModeOf } from './media-type.js';
import { decodeStructured, failure } from './decode-structured.js';
import type { ExactJson } from './exact-json.js';
import { exactValue, parsedJson, utf8Text } from './json-text.js';
import { survey, surveyElements, type Span } from './survey.js';

/** A UTF-16 unit takes at most this many bytes in UTF-8. */
const UTF8_BYTES_PER_UNIT_MAX = 3;
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

const unreadable = (reason: 'UNPARSABLE' | 'ENVELOPE_TOO_LARGE', detail: string): DecodedMessage => ({ ok: false, reason, detail });

/**
 * Reads the CloudEvents of one message: structured or batch JSON, or binary mode with `ce-` headers.
 *
 * Pure: the same bytes and limits give the same answer for ever. A message that cannot be read at all is told apart from one whose
 * envelope is sound but holds a bad event. Never throws on any input.
 */
export const decode = (headers: HeaderSource, data: Uint8Array, limits: DecodeLimits = DECODE_LIMITS): DecodedMessage => {
  if (data.byteLength > limits.messageBytesMax) {
    return unreadable('ENVELOPE_TOO_LARGE', `${data.byteLength} bytes, at most ${limits.messageBytesMax} are read`);
  }
  const mode = contentModeOf(headers, firstByte(data));
  switch (mode) {
    case undefined:
      return unreadable('UNPARSABLE', 'the content type names a CloudEvents format other than JSON');
    case 'binary':
      return { ok: true, mode, results: [decodeBinary(headers, data, limits)] };
    case 'structured':
    case 'batch':
      return decodeJson(mode, data, limits);
  }
};

const firstByte = (data: Uint8Array): number | undefined => data.find(byte => !WHITE_SPACE.has(byte));

const decodeJson = (mode: 'structured' | 'batch', data: Uint8Array, limits: DecodeLimits): DecodedMessage => {
  const text = utf8Text(data);
  if (text === undefined) return unreadable('UNPARSABLE', 'the payload is not UTF-8');
  const parsed = parsedJson(text);
  if (parsed === undefined) return unreadable('UNPARSABLE', 'the payload is not JSON');
  if (mode === 'structured') return { ok: true, mode, results: [decodeSpan(text, parsed.value, survey(text), 0, limits)] };
  if (!Array.isArray(parsed.value)) return unreadable('UNPARSABLE', 'a batch is not a JSON array');
  const events = parsed.value as readonly ExactJson[];
  if (events.length > limits.eventsPerEnvelopeMax) {
    return unreadable('ENVELOPE_TOO_LARGE', `${events.length} events, at most ${limits.eventsPerEnvelopeMax} are read`);
  }
  const spans = surveyElements(text);
  return { ok: true, mode, results: events.map((value, index) => decodeSpan(text, value, spans[index], index, limits)) };
};

/** One event of a text: within its limits, its numbers read again from the text where a double may have rounded them. */
const decodeSpan = (text: string, value: ExactJson, span: Span | undefined, index: number, limits: DecodeLimits): EventResult => {
  if (span === undefined) return failure(index, 'EVENT_INVALID', 'the event has no text');
  if ((span.end - span.start) * UTF8_BYTES_PER_UNIT_MAX > limits.eventBytesMax) {
    const bytes = Buffer.byteLength(text.slice(span.start, span.end).trim());
    if (bytes > limits.eventBytesMax) return failure(index, 'EVENT_TOO_LARGE', `${bytes} bytes, at most ${limits.eventBytesMax} are read`);
  }
  if (span.depth > limits.nestingDepthMax) {
    return failure(index, 'EVENT_TOO_DEEP', `nested ${span.depth} levels deep, at most ${limits.nestingDepthMax} are read`);
  }
  return decodeStructured(exactValue(text, value, span), index);
};
