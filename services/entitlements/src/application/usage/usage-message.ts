import { decode, idHash, type CloudEvent, type ExactJson, type Hash128 } from '@drawdown/cloudevents';
import { encodeToken, partitionOf, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import { isRefusal } from '@drawdown/errors';
import { bookingOf, EVENT_TIME_AHEAD_MS_MAX, type Booking } from '../../domain/index.js';
import { cancellationIdOf } from './event-ids.js';

/** An event of this type takes back another one: `data` is `{source, id}` of the event that is to count no longer (entitlements §19.5). */
export const USAGE_CANCELLED_TYPE = 'drawdown.usage.event.cancelled.v1';

/** One usage event, read and placed. */
export interface UsageEvent {
  /** Place in the envelope, 0 outside of one. */
  readonly index: number;
  readonly customer: string;
  readonly event: CloudEvent;
  readonly booking: Booking;
  /** Hash of (namespace, customer, source, id): what makes two events, or two cancellations, the same one (entitlements §19.4). */
  readonly hash: Hash128;
  /** The hash of the event that this one takes back. */
  readonly cancels: Hash128 | undefined;
}

export interface Rejection {
  readonly index: number;
  readonly reason: string;
  readonly detail: string;
}

/** A message of the usage stream: what can be used of it, and what is wrong in its own bytes. */
export interface UsageMessage {
  readonly namespace: string;
  readonly events: readonly UsageEvent[];
  readonly rejections: readonly Rejection[];
}

export type DecodedUsage =
  { readonly ok: true; readonly value: UsageMessage } | { readonly ok: false; readonly reason: string; readonly detail: string };

/**
 * Reads a message of the usage stream, in either form (design §4.1). Pure: follows from the bytes, the subject and the server's time alone, so that
 * a rebuild rejects the same events. The subject's tokens win over the body (design §4.3).
 */
export const decodeUsageMessage = (subjects: Subjects, message: StoredMessage): DecodedUsage => {
  const address = addressOf(subjects, message.subject);
  if (address === undefined) return { ok: false, reason: 'SUBJECT_MISMATCH', detail: `${message.subject} is not a subject of usage` };
  const decoded = decode(message.headers, message.data);
  if (!decoded.ok) return decoded;
  const events: UsageEvent[] = [];
  const rejections: Rejection[] = [];
  for (const result of decoded.results) {
    const outcome = result.ok ? place(address, result.event, result.index, message.timeMs) : result;
    if ('reason' in outcome) rejections.push({ index: outcome.index, reason: outcome.reason, detail: outcome.detail });
    else events.push(outcome);
  }
  return { ok: true, value: { namespace: address.namespace, events, rejections } };
};

interface UsageAddress {
  readonly namespace: string;
  readonly namespaceToken: string;
  readonly partition: number;
  /** The encoded token; absent in the subject of an envelope. */
  readonly customerToken: string | undefined;
  /** Tokens of the customers seen in this message; `undefined`: not the key of a customer. An envelope names the same ones again and again. */
  readonly tokens: Map<string, string | undefined>;
}

const addressOf = (subjects: Subjects, subject: string): UsageAddress | undefined => {
  const parsed = subjects.parse(subject);
  if (parsed?.stream !== 'usage' || parsed.partition === undefined) return undefined;
  const [namespaceToken, customerToken, ...rest] = parsed.tokens;
  const namespace = parsed.values[0];
  if (namespaceToken === undefined || namespace === undefined || rest.length > 0) return undefined;
  if ((parsed.kind === 'envelope') !== (customerToken === undefined)) return undefined;
  return { namespace, namespaceToken, partition: parsed.partition, customerToken, tokens: new Map() };
};

const place = (address: UsageAddress, event: CloudEvent, index: number, arrivedMs: number): UsageEvent | Rejection => {
  const { namespace } = address;
  const customer = event.subject;
  if (customer === undefined) return { index, reason: 'EVENT_INVALID', detail: 'subject is missing: it names the customer' };
  const misplaced = misplacement(address, event, customer);
  if (misplaced !== undefined) return { index, ...misplaced };
  const timeMs = event.timeMs ?? arrivedMs;
  if (timeMs - arrivedMs > EVENT_TIME_AHEAD_MS_MAX) {
    return { index, reason: 'EVENT_TIME_IN_FUTURE', detail: `time ${event.givenTime} is more than a day ahead of its arrival` };
  }
  const cancels = event.type === USAGE_CANCELLED_TYPE ? cancelledHash(namespace, customer, event.data) : undefined;
  if (event.type === USAGE_CANCELLED_TYPE && cancels === undefined) {
    return { index, reason: 'EVENT_INVALID', detail: 'a cancellation needs the source and id of an event in its data' };
  }
  const ownId = idHash(namespace, customer, event.source, event.id);
  const hash = cancels === undefined ? ownId : cancellationIdOf(ownId);
  return { index, customer, event, booking: bookingOf(timeMs, arrivedMs), hash, cancels };
};

const misplacement = (address: UsageAddress, event: CloudEvent, customer: string): Omit<Rejection, 'index'> | undefined => {
  const token = tokenOf(address.tokens, customer);
  if (token === undefined) return { reason: 'EVENT_INVALID', detail: 'subject is not a customer key: 1 to 128 bytes of UTF-8' };
  const saidNamespace = event.extensions.namespace;
  const isForeign = saidNamespace !== undefined && saidNamespace !== address.namespace;
  if (address.customerToken === undefined) {
    if (!isForeign && partitionOf(address.namespaceToken, token) === address.partition) return undefined;
    return { reason: 'ENVELOPE_FOREIGN', detail: `an event of ${customer} does not belong into this envelope` };
  }
  if (!isForeign && token === address.customerToken) return undefined;
  return { reason: 'SUBJECT_MISMATCH', detail: `the event is of ${customer}, which its subject does not say` };
};

const tokenOf = (known: UsageAddress['tokens'], customer: string): string | undefined => {
  const token = known.get(customer);
  if (token !== undefined || known.has(customer)) return token;
  const encoded = encodedOrUndefined(customer);
  known.set(customer, encoded);
  return encoded;
};

const encodedOrUndefined = (customer: string): string | undefined => {
  try {
    return encodeToken(customer);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
};

const cancelledHash = (namespace: string, customer: string, data: ExactJson | undefined): Hash128 | undefined => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const { source, id } = data as Readonly<Record<string, unknown>>;
  return typeof source === 'string' && typeof id === 'string' ? idHash(namespace, customer, source, id) : undefined;
};
