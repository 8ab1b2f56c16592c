export { contentHash, HASH_BYTES, idHash, type ComparedContent, type Hash128 } from './content-hash.js';
export { decode } from './decode.js';
export { encodeBatch, encodeBinary, encodeStructured, UnencodableEvent, type OutgoingEvent } from './encode.js';
export type {
  CloudEvent,
  ContentMode,
  DecodedMessage,
  EncodedMessage,
  EventFault,
  EventResult,
  ExtensionValue,
  HeaderSource,
} from './event.js';
export type { ExactJson, ExactJsonObject } from './exact-json.js';
export { canonicalNumberText, ExactNumber, numberText } from './exact-number.js';
export { DECODE_LIMITS, type DecodeLimits } from './limits.js';
export { BATCH_JSON, STRUCTURED_JSON } from './media-type.js';
