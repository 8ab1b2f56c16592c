import { type Context, type Link, context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

import { currentSpanContext } from './traced.js';

/** What NATS headers, gRPC metadata and plain maps have in common: `get` answers nothing, or the empty string, for a missing header. */
export interface HeaderSource {
  get(name: string): unknown;
}

export interface HeaderTarget {
  set(name: string, value: string): unknown;
}

const firstText = (value: unknown): string | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
};

/** Only named headers are asked for (`traceparent`, `tracestate`), so a listing is never needed. */
const getter = {
  keys: (): string[] => [],
  get: (carrier: HeaderSource, name: string): string | undefined => firstText(carrier.get(name)),
};

const setter = {
  set: (carrier: HeaderTarget, name: string, value: string): void => {
    carrier.set(name, value);
  },
};

/** Writes the W3C trace context of the current span into the headers of an outgoing message; without a span nothing is written. */
export const inject = <H extends HeaderTarget>(headers: H, from: Context = context.active()): H => {
  propagation.inject(from, headers, setter);
  return headers;
};

/** The context a message or call was sent in; the root context where it carries none. */
export const extract = (headers: HeaderSource | undefined): Context =>
  headers === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, headers, getter);

/** A link to the sender's span, for work on many messages at once, which can have only one parent. */
export const linkTo = (headers: HeaderSource | undefined): Link | undefined => {
  const sender = currentSpanContext(extract(headers));
  return sender === undefined ? undefined : { context: sender };
};
