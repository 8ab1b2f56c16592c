import type { StoredMessage } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { Rejection } from './ports.js';

/** Headers of a dead letter beside those of the original message (design §4.1). */
export const DeadLetterHeaders = {
  reason: 'Drawdown-Reason',
  detail: 'Drawdown-Detail',
  stream: 'Drawdown-Original-Stream',
  subject: 'Drawdown-Original-Subject',
  sequence: 'Drawdown-Original-Sequence',
  timeMs: 'Drawdown-Original-Time-Ms',
  /** Percent-encoded id of the one event that was rejected, where that is known; the copy holds the whole message. */
  eventId: 'Drawdown-Original-Event-Id',
  /** `omitted` when the copy would not have fitted into a message; the original still lies in its stream. */
  body: 'Drawdown-Original-Body',
} as const;

const DETAIL_CHARACTERS_MAX = 512;
/** Room kept for our own headers and the protocol when an original is nearly as large as a message may be. */
const HEADER_ROOM_BYTES = 4_096;

/** Copies rejected messages to the dead-letter stream; resolves only when the server has stored the copy. */
export class DeadLetters {
  constructor(
    private readonly nats: NatsConnection,
    private readonly jetstream: JetStreamClient,
    private readonly subject: string,
  ) {}

  /** A crash between this and the watermark publishes the copy again: readers tell copies by original stream and sequence. */
  async publish(message: StoredMessage, rejection: Rejection, ordinal: number): Promise<void> {
    const limitBytes = (this.nats.info?.max_payload ?? 0) - HEADER_ROOM_BYTES;
    const copied = headersOf(message, rejection);
    const isTooLarge = message.data.length + textBytes(copied) > limitBytes;
    const sent = isTooLarge ? withoutOriginal(message, rejection) : copied;
    const id = `${message.stream}|${message.sequence}|${ordinal}|${this.subject}`;
    try {
      await this.jetstream.publish(this.subject, isTooLarge ? new Uint8Array() : message.data, { headers: sent, msgID: id });
    } catch (error) {
      throw new Fault('DEAD_LETTER_NOT_STORED', 'The dead-letter stream did not take a rejected message', {}, { cause: error });
    }
  }
}

/** The original's headers, which a replay needs, and ours. */
const headersOf = (message: StoredMessage, rejection: Rejection): MsgHdrs => {
  const result = describe(message, rejection);
  for (const name of message.headers.keys()) {
    // `Nats-…` headers are orders to the server (ids, expectations, lifetimes) and must not act a second time.
    if (!name.toLowerCase().startsWith('nats-')) result.append(name, message.headers.get(name) ?? '');
  }
  return result;
};

const withoutOriginal = (message: StoredMessage, rejection: Rejection): MsgHdrs => {
  const result = describe(message, rejection);
  result.set(DeadLetterHeaders.body, 'omitted');
  return result;
};

const describe = (message: StoredMessage, rejection: Rejection): MsgHdrs => {
  const result = headers();
  result.set(DeadLetterHeaders.reason, oneLine(rejection.reason));
  result.set(DeadLetterHeaders.detail, oneLine(rejection.detail));
  result.set(DeadLetterHeaders.stream, message.stream);
  result.set(DeadLetterHeaders.subject, message.subject);
  result.set(DeadLetterHeaders.sequence, String(message.sequence));
  result.set(DeadLetterHeaders.timeMs, String(message.timeMs));
  if (rejection.eventId !== undefined) result.set(DeadLetterHeaders.eventId, encodeURIComponent(rejection.eventId));
  return result;
};

const textBytes = (set: MsgHdrs): number => {
  let bytes = 0;
  for (const [name, values] of set) for (const value of values) bytes += name.length + Buffer.byteLength(value);
  return bytes;
};

/** A header value ends at the line: anything a user's bytes could smuggle into the next one becomes a space. */
const oneLine = (text: string): string =>
  text
    .slice(0, DETAIL_CHARACTERS_MAX)
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim();
