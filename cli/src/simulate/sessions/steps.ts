import { Refusal } from '@drawdown/errors';
import type { Hit } from '@drawdown/sessions/domain';
import type { Fields } from '../entitlements/fields.js';
import { BODY_BYTES } from './hit-size.js';

/** One step of a scenario. Times are milliseconds since 1970. */
export type Step =
  | { readonly kind: 'hits'; readonly hits: readonly Hit[]; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'ping'; readonly atMs: number }
  | { readonly kind: 'tick'; readonly bucketsMax: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'nothing' };

const KINDS = ['hits', 'ping', 'tick', 'settle', 'drain', 'deliver', 'restart'] as const;

/** @throws Refusal `VALIDATION` for what is no step. */
export const readStep = (fields: Fields): Step => {
  const given = KINDS.filter(kind => fields.has(kind));
  const [kind] = given;
  if (kind === undefined || given.length > 1) throw new Refusal('VALIDATION', `a step has one of ${KINDS.join(', ')}`);
  const step = stepOf(kind, fields);
  fields.end();
  return step;
};

const stepOf = (kind: (typeof KINDS)[number], fields: Fields): Step => {
  switch (kind) {
    case 'hits':
      return {
        kind,
        hits: fields.objects('hits').map(readHit),
        headers: fields.optional('headers', name => readHeaders(fields.object(name))) ?? {},
      };
    case 'ping':
      return { kind, atMs: fields.integer('ping') };
    case 'tick':
      return { kind, bucketsMax: count(fields, 'tick') };
    case 'settle':
      requireTrue(fields, kind);
      return { kind: 'tick', bucketsMax: Number.POSITIVE_INFINITY };
    case 'deliver':
      // A merge is complete before the next hit is handled: nothing waits to be delivered.
      count(fields, 'deliver');
      return { kind: 'nothing' };
    case 'drain':
    case 'restart':
      requireTrue(fields, kind);
      return { kind };
  }
};

const requireTrue = (fields: Fields, name: string): void => {
  if (fields.take(name) !== true) throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be true`);
};

const count = (fields: Fields, name: string): number => {
  const value = fields.integer(name);
  if (value >= 0) return value;
  throw new Refusal('VALIDATION', `${fields.pathOf(name)} must not be below zero`);
};

const readHeaders = (fields: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.names().map(name => [name, fields.text(name)]));

const PROPERTY_DEFAULT = 'p';

const readHit = (fields: Fields, index: number): Hit => {
  const clientId = required(fields, 'clientId');
  const userId = nullable(fields, 'userId');
  const sessionStamp = nullable(fields, 'sessionStamp');
  const campaign = nullable(fields, 'campaign');
  const bodyBytes = fields.optional('bodyBytes', name => count(fields, name)) ?? 0;
  fields.take('authoritativeClientId');
  const hit: Hit = {
    id: required(fields, 'id'),
    namespace: '',
    propertyId: fields.optional('propertyId', name => required(fields, name)) ?? PROPERTY_DEFAULT,
    clientId,
    ...(userId === null || userId === '' ? {} : { userId }),
    eventName: '',
    ...(sessionStamp === null ? {} : { sessionStamp }),
    ip: fields.optional('ip', name => fields.text(name)) ?? `own-${clientId}`,
    host: '',
    path: '',
    method: '',
    receivedAtMs: fields.integer('receivedAt'),
    requestSeq: fields.optional('requestSeq', name => fields.integer(name)) ?? index,
    queryParams: campaign === null ? {} : { utm_campaign: [campaign] },
    headers: {},
    body: new Uint8Array(),
    metadata: bodyBytes === 0 ? {} : { [BODY_BYTES]: String(bodyBytes) },
  };
  fields.end();
  return hit;
};

const required = (fields: Fields, name: string): string => {
  const text = fields.text(name);
  if (text === '') throw new Refusal('VALIDATION', `${fields.pathOf(name)} must not be empty`);
  return text;
};

const nullable = (fields: Fields, name: string): string | null => {
  if (fields.take(name) === null) return null;
  return fields.optional(name, present => fields.text(present)) ?? null;
};
