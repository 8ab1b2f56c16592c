import type { ExactJson } from './exact-json.js';

/** A context attribute that this library does not know; CloudEvents allows strings, booleans and 32-bit integers. */
export type ExtensionValue = string | number | boolean;

/** One CloudEvent 1.0, its attributes checked, its numbers exact. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** `time` as the producer wrote it (RFC 3339); absent when none was given. */
  readonly givenTime?: string;
  /** `time` in milliseconds since 1970, rounded down; absent exactly when `givenTime` is. */
  readonly timeMs?: number;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** JSON data. Absent when there is none, or when it is not JSON: then it is in `dataBytes`. */
  readonly data?: ExactJson;
  /** Data of another media type than JSON, as it came. */
  readonly dataBytes?: Uint8Array;
  /** Everything else that was said about the event, kept as it came. */
  readonly extensions: Readonly<Record<string, ExtensionValue>>;
}

/**
 * Why bytes are not an event. All of them follow from the bytes alone, so that a rebuild refuses the same ones (design §4.10).
 * `UNPARSABLE`: not UTF-8, not JSON, or not a CloudEvents format; `ENVELOPE_TOO_LARGE`: more bytes or events than the limits allow;
 * `EVENT_INVALID`: an attribute breaks CloudEvents 1.0; `EVENT_TOO_LARGE`, `EVENT_TOO_DEEP`: this event passes a limit.
 */
export type EventFault = 'UNPARSABLE' | 'ENVELOPE_TOO_LARGE' | 'EVENT_INVALID' | 'EVENT_TOO_LARGE' | 'EVENT_TOO_DEEP';

/** What became of one event of a message; `index` is its place in the envelope, 0 outside of one. */
export type EventResult =
  | { readonly ok: true; readonly index: number; readonly event: CloudEvent }
  | { readonly ok: false; readonly index: number; readonly reason: EventFault; readonly detail: string };

/** A message is unreadable as a whole, or every event of it has a result of its own, in the order of the envelope. */
export type DecodedMessage =
  | { readonly ok: true; readonly mode: ContentMode; readonly results: readonly EventResult[] }
  | { readonly ok: false; readonly reason: EventFault; readonly detail: string };

export type ContentMode = 'binary' | 'structured' | 'batch';

/** Headers of a message: a `Map` and the `MsgHdrs` of NATS both fit. */
export interface HeaderSource {
  get(name: string): string | undefined;
  keys(): Iterable<string>;
}

/** A message ready to be published. */
export interface EncodedMessage {
  readonly headers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
}
