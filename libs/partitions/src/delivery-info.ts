import type { MessageHeaders, StoredMessage, StreamKey } from '@drawdown/eventlog';
import type { Msg } from '@nats-io/transport-node';

/** What JetStream says about a delivery in the reply subject. */
export interface DeliveryInfo {
  readonly streamSequence: number;
  /** Counts the deliveries of one consumer from 1; a jump means that something was lost on the way. */
  readonly consumerSequence: number;
  /** Whole milliseconds, cut from the nanoseconds as text: as a number they would round across the millisecond. */
  readonly timeMs: number;
  /** Messages of this consumer that the server has not delivered yet. */
  readonly pending: number;
}

/** Older servers leave out domain and account: nine tokens, and the numbers begin two earlier. */
const SHORT_REPLY_TOKENS = 9;
const SHORT_REPLY_FIRST_NUMBER = 5;
const LONG_REPLY_FIRST_NUMBER = 7;
const NO_HEADERS: MessageHeaders = new Map<string, string>();
const NANOSECOND_DIGITS_BELOW_MS = 6;

/** Reads `$JS.ACK.….<stream sequence>.<consumer sequence>.<nanoseconds>.<pending>…`; undefined for any other subject. */
export const deliveryInfoOf = (reply: string | undefined): DeliveryInfo | undefined => {
  if (reply === undefined || !reply.startsWith('$JS.ACK.')) return undefined;
  const tokens = reply.split('.');
  const first = tokens.length === SHORT_REPLY_TOKENS ? SHORT_REPLY_FIRST_NUMBER : LONG_REPLY_FIRST_NUMBER;
  const nanoseconds = tokens[first + 2];
  if (nanoseconds === undefined) return undefined;
  return {
    streamSequence: Number(tokens[first]),
    consumerSequence: Number(tokens[first + 1]),
    timeMs: Number(nanoseconds.slice(0, -NANOSECOND_DIGITS_BELOW_MS)),
    pending: Number(tokens[first + 3]),
  };
};

/** A delivery as the rest of the project sees it. Headers are decoded only when somebody looks: most batches are plain JSON. */
export class DeliveredMessage implements StoredMessage {
  readonly sequence: number;
  readonly timeMs: number;

  constructor(
    readonly stream: StreamKey,
    private readonly delivered: Msg,
    info: DeliveryInfo,
  ) {
    this.sequence = info.streamSequence;
    this.timeMs = info.timeMs;
  }

  get subject(): string {
    return this.delivered.subject;
  }

  get data(): Uint8Array {
    return this.delivered.data;
  }

  get headers(): MessageHeaders {
    return this.delivered.headers ?? NO_HEADERS;
  }
}
