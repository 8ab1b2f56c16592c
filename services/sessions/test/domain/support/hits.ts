import fc from 'fast-check';
import { PLATFORMS, type Hit } from '../../../src/domain/index.js';

/** A plain hit, changed where a test cares. */
export const hitOf = (changes: Partial<Hit> = {}): Hit => ({
  id: 'h1',
  namespace: 'shop',
  propertyId: 'web',
  clientId: 'visitor',
  eventName: 'page_view',
  ip: '192.0.2.7',
  host: 'shop.example',
  path: '/',
  method: 'GET',
  receivedAtMs: Date.parse('2025-01-01T12:00:00Z'),
  requestSeq: 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(),
  metadata: {},
  ...changes,
});

const text = fc.string({ unit: 'binary', maxLength: 12 });
const lists = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'utm_campaign')), fc.array(text, { maxLength: 3 }), {
  maxKeys: 4,
});

/** Any hit that the edge would take, and many that it would not. */
export const anyHit: fc.Arbitrary<Hit> = fc
  .record(
    {
      id: text,
      namespace: text,
      propertyId: text,
      clientId: text,
      eventName: text,
      userId: text,
      sessionStamp: text,
      clientSessionId: text,
      platform: fc.constantFrom(...PLATFORMS),
      ip: text,
      host: text,
      path: text,
      method: text,
      receivedAtMs: fc.maxSafeInteger(),
      requestSeq: fc.nat(),
      queryParams: lists,
      headers: lists,
      body: fc.uint8Array({ maxLength: 40 }),
      metadata: fc.dictionary(text, text, { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  )
  .map(changes => hitOf(changes));
