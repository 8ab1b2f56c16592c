import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { decode, STRUCTURED_JSON, type CloudEvent, type OutgoingEvent } from '@drawdown/cloudevents';
import type { UsageItem } from './read-usage.js';

const HEADERS = new Map([['content-type', STRUCTURED_JSON]]);

/** One CloudEvent in its JSON form a line; empty lines are passed over. */
export async function* readJsonLines(input: Readable): AsyncGenerator<UsageItem> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() !== '') yield { line, ...readLine(text) };
  }
}

const readLine = (text: string): { readonly event: OutgoingEvent } | { readonly reason: string; readonly detail: string } => {
  const decoded = decode(HEADERS, Buffer.from(text));
  if (!decoded.ok) return decoded;
  const [result] = decoded.results;
  if (result === undefined) return { reason: 'UNPARSABLE', detail: 'there is no event in the line' };
  return result.ok ? fromCloudEvent(result.event) : result;
};

const fromCloudEvent = (event: CloudEvent): { readonly event: OutgoingEvent } | { readonly reason: string; readonly detail: string } => {
  const { id, source, type, subject, givenTime, data, extensions } = event;
  if (subject === undefined) return { reason: 'EVENT_INVALID', detail: 'subject is missing: it names the customer' };
  const time = givenTime === undefined ? {} : { time: givenTime };
  return { event: { id, source, type, subject, ...time, ...(data === undefined ? {} : { data }), extensions } };
};
