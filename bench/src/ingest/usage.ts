import { randomUUID } from 'node:crypto';
import { encodeBatch, encodeBinary, type EncodedMessage, type OutgoingEvent } from '@drawdown/cloudevents';
import { Subjects } from '@drawdown/eventlog';
import { headers as newHeaders, type MsgHdrs } from '@nats-io/transport-node';
import { NAMES } from '../bed/customers.js';

/** A message as it will be sent, encoded beforehand, so that a producer costs no more than its publishing. */
export interface PreparedMessage {
  readonly subject: string;
  readonly partition: number;
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
}

export interface PreparedUsage {
  readonly messages: readonly PreparedMessage[];
  readonly events: number;
  /** What all events add up to. */
  readonly tokens: bigint;
  /** Of all payloads, without subjects and headers. */
  readonly payloadBytes: number;
}

export interface UsageShape {
  readonly namespace: string;
  readonly customers: readonly string[];
  readonly events: number;
  /** 1: every event in a message of its own, attributes in headers; more: envelopes of one partition. */
  readonly eventsPerMessage: number;
}

const MODELS = ['large', 'small', 'reasoning'] as const;
const INPUT_TOKENS_MAX = 8_000;
const OUTPUT_TOKENS_MAX = 1_000;
/** Events happened within this time before they are published. */
const SPREAD_MS = 60_000;

/** Calls of language models by customers in turn, as a gateway would report them just now. */
export const prepareUsage = (subjects: Subjects, shape: UsageShape): PreparedUsage => {
  const { namespace, customers, eventsPerMessage } = shape;
  const nowMs = Date.now();
  const messages: PreparedMessage[] = [];
  const open = new Map<number, OutgoingEvent[]>();
  let tokens = 0n;
  const close = (partition: number, events: readonly OutgoingEvent[]): void => {
    messages.push({ subject: subjects.usageBatch(partition, namespace), partition, ...withHeaders(encodeBatch(events)) });
    open.delete(partition);
  };
  const partitions = new Map(customers.map(customer => [customer, subjects.customerPartition(namespace, customer)]));
  for (let index = 0; index < shape.events; index += 1) {
    const customer = customers[(index * 7_919) % customers.length] ?? '';
    const partition = partitions.get(customer) ?? 0;
    const call = callOf(index);
    tokens += BigInt(call.tokens);
    const event = toEvent(customer, call, nowMs - SPREAD_MS + Math.floor((index / shape.events) * SPREAD_MS));
    if (eventsPerMessage === 1) {
      messages.push({ subject: subjects.usage(namespace, customer), partition, ...withHeaders(encodeBinary(event)) });
      continue;
    }
    const events = open.get(partition) ?? [];
    events.push(event);
    open.set(partition, events);
    if (events.length === eventsPerMessage) close(partition, events);
  }
  for (const [partition, events] of [...open]) close(partition, events);
  const payloadBytes = messages.reduce((sum, { data }) => sum + data.byteLength, 0);
  return { messages, events: shape.events, tokens, payloadBytes };
};

interface Call {
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly tokens: number;
}

const callOf = (index: number): Call => {
  const input = 1 + ((index * 31) % INPUT_TOKENS_MAX);
  const output = 1 + ((index * 17) % OUTPUT_TOKENS_MAX);
  return { model: MODELS[index % MODELS.length] ?? '', input_tokens: input, output_tokens: output, tokens: input + output };
};

const toEvent = (customer: string, call: Call, timeMs: number): OutgoingEvent => ({
  id: randomUUID(),
  source: NAMES.source,
  type: NAMES.eventType,
  subject: customer,
  time: new Date(timeMs).toISOString(),
  data: { ...call },
});

const withHeaders = ({ headers: given, data }: EncodedMessage): Pick<PreparedMessage, 'headers' | 'data'> => {
  const headers = newHeaders();
  for (const [name, value] of given) headers.set(name, value);
  return { headers, data };
};
