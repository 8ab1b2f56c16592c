import type { JsMsg, StoredMsg } from '@nats-io/jetstream';
import type { StreamKey } from './streams.js';

/** The part of a header block that readers need; NATS's own headers and a `Map` both have it. */
export interface MessageHeaders {
  /** `undefined` or empty where the header is absent. */
  get(name: string): string | undefined;
  keys(): Iterable<string>;
}

/** One message as it lies in a stream. */
export interface StoredMessage {
  readonly stream: StreamKey;
  /** As stored, after the stream's transform. */
  readonly subject: string;
  /** Sequence in the stream, from 1. */
  readonly sequence: number;
  /** The server's timestamp, in whole milliseconds since 1970. */
  readonly timeMs: number;
  readonly headers: MessageHeaders;
  readonly data: Uint8Array;
}

const NO_HEADERS: MessageHeaders = new Map<string, string>();
const NANOS_PER_MS = 1_000_000n;

/** From a consumer's delivery. */
export const fromJsMsg = (stream: StreamKey, message: JsMsg): StoredMessage => ({
  stream,
  subject: message.subject,
  sequence: message.seq,
  timeMs: Number(message.timestampNanos / NANOS_PER_MS),
  headers: message.headers ?? NO_HEADERS,
  data: message.data,
});

/** From a read by sequence or subject. */
export const fromStoredMsg = (stream: StreamKey, message: StoredMsg): StoredMessage => ({
  stream,
  subject: message.subject,
  sequence: message.seq,
  timeMs: Date.parse(message.timestamp),
  headers: message.header,
  data: message.data,
});
