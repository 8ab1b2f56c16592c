import type { Readable } from 'node:stream';
import type { CloudEvent, ExactJson } from '@drawdown/cloudevents';
import { HIT_TEXTS, type HitValues, type OutgoingHit } from './hit.js';
import { cloudEventLines } from './json-lines.js';
import type { HitItem } from './read-hits.js';

export interface HitLinesOptions {
  readonly property?: string;
  readonly event: string;
}

type Problem = { readonly reason: string; readonly detail: string };

/** One CloudEvent in its JSON form a line, its data as on the wire; type and what `options` say may be left open there. */
export async function* readHitLines(input: Readable, options: HitLinesOptions): AsyncGenerator<HitItem> {
  for await (const found of cloudEventLines(input)) {
    if (!('item' in found)) yield found;
    else yield { line: found.line, ...fromCloudEvent(found.item, options) };
  }
}

const fromCloudEvent = (event: CloudEvent, options: HitLinesOptions): { readonly item: OutgoingHit } | Problem => {
  const data = event.data ?? {};
  if (!isRecord(data)) return { reason: 'HIT_INVALID', detail: 'the data is not a JSON object' };
  const texts = textsOf(data, ['clientId', 'propertyId', 'eventName', 'body', ...HIT_TEXTS]);
  const lists = { queryParams: data['queryParams'] ?? {}, headers: data['headers'] ?? {}, metadata: data['metadata'] ?? {} };
  const { requestSeq } = data;
  const wrong =
    texts.wrong ?? Object.entries(lists).find(([name, value]) => !(name === 'metadata' ? isNotes(value) : isValues(value)))?.[0];
  if (wrong !== undefined) return { reason: 'HIT_INVALID', detail: `${wrong} is not what it must be` };
  const { clientId, propertyId = options.property, eventName = options.event, body, ...others } = texts.found;
  if (propertyId === undefined) return { reason: 'PROPERTY_ID_MISSING', detail: 'no property: say propertyId or --property' };
  if (clientId === undefined) return { reason: 'CLIENT_ID_MISSING', detail: 'the hit names no client' };
  return {
    item: {
      id: event.id,
      source: event.source,
      propertyId,
      clientId,
      eventName,
      ...(event.givenTime === undefined ? {} : { time: event.givenTime }),
      texts: others,
      queryParams: lists.queryParams as HitValues,
      headers: lists.headers as HitValues,
      metadata: lists.metadata as OutgoingHit['metadata'],
      ...(body === undefined ? {} : { body }),
      ...(typeof requestSeq === 'number' ? { requestSeq } : {}),
    },
  };
};

const textsOf = (data: Readonly<Record<string, ExactJson>>, names: readonly string[]) => {
  const said = names.map(name => [name, data[name] ?? '']).filter(([, value]) => value !== '');
  const wrong = said.find(([, value]) => typeof value !== 'string')?.[0] as string | undefined;
  return { wrong, found: Object.fromEntries(said) as Partial<Record<string, string>> };
};

const isRecord = (value: ExactJson): value is Readonly<Record<string, ExactJson>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype;

const isValues = (value: ExactJson): boolean =>
  isRecord(value) && Object.values(value).every(list => Array.isArray(list) && list.every(text => typeof text === 'string'));

const isNotes = (value: ExactJson): boolean => isRecord(value) && Object.values(value).every(text => typeof text === 'string');
