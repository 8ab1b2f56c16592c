import type { Readable } from 'node:stream';
import type { CloudEvent, OutgoingEvent } from '@drawdown/cloudevents';
import { cloudEventLines } from './json-lines.js';
import type { UsageItem } from './read-usage.js';

/** One CloudEvent in its JSON form a line; its subject names the customer. */
export async function* readUsageLines(input: Readable): AsyncGenerator<UsageItem> {
  for await (const found of cloudEventLines(input)) {
    yield 'item' in found ? { line: found.line, ...fromCloudEvent(found.item) } : found;
  }
}

const fromCloudEvent = (event: CloudEvent): { readonly item: OutgoingEvent } | { readonly reason: string; readonly detail: string } => {
  const { id, source, type, subject, givenTime, data, extensions } = event;
  if (subject === undefined) return { reason: 'EVENT_INVALID', detail: 'subject is missing: it names the customer' };
  const time = givenTime === undefined ? {} : { time: givenTime };
  return { item: { id, source, type, subject, ...time, ...(data === undefined ? {} : { data }), extensions } };
};
