import fc from 'fast-check';
import { copyHit, decodeHit, encodeHit, encodeHitText, sizeOfHit } from '../../src/domain/index.js';
import { anyHit, hitOf } from './support/hits.js';
import { reasonOf } from './support/reason-of.js';

describe('a stored hit', () => {
  it('reads back as it was, from text and from bytes', () => {
    fc.assert(
      fc.property(anyHit, hit => {
        const encoded = encodeHit(hit);
        expect(decodeHit(encoded)).toEqual(hit);
        expect(decodeHit(Buffer.from(encoded).toString())).toEqual(hit);
      }),
    );
  });

  it('has the compact names and leaves out what is empty', () => {
    const hit = hitOf({ userId: 'u1', queryParams: { a: ['1', ''] }, body: Buffer.from('{}'), requestSeq: 2 });
    expect(JSON.parse(encodeHitText(hit))).toEqual({
      i: 'h1',
      ns: 'shop',
      pi: 'web',
      ci: 'visitor',
      en: 'page_view',
      srt: 1_735_732_800_000,
      sq: 2,
      uid: 'u1',
      ip: '192.0.2.7',
      h: 'shop.example',
      p: '/',
      m: 'GET',
      qp: { a: ['1', ''] },
      bd: 'e30=',
    });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a missing id', JSON.stringify({ ...(JSON.parse(encodeHitText(hitOf())) as object), i: undefined })],
    ['a time that is a text', encodeHitText(hitOf()).replace(/"srt":(\d+)/, '"srt":"$1"')],
    ['an unknown platform', encodeHitText(hitOf({ platform: 'tv' })).replace('"tv"', '"radio"')],
    ['values that are no lists', encodeHitText(hitOf({ headers: { A: ['b'] } })).replace('["b"]', '"b"')],
    ['notes that are no texts', encodeHitText(hitOf({ metadata: { A: 'b' } })).replace('"b"', '1')],
  ])('with %s is refused by name', (_, encoded) => {
    expect(reasonOf(() => decodeHit(encoded))).toBe('HIT_UNREADABLE');
  });
});

describe('a copy of a hit', () => {
  it('is equal and shares no map, list or bytes', () => {
    fc.assert(
      fc.property(anyHit, hit => {
        const copy = copyHit(hit);
        expect(copy).toEqual(hit);
        expect(copy.body).not.toBe(hit.body);
        expect(copy.body.buffer).not.toBe(hit.body.buffer);
        expect(copy.metadata).not.toBe(hit.metadata);
        for (const lists of ['queryParams', 'headers'] as const) {
          expect(copy[lists]).not.toBe(hit[lists]);
          for (const [name, values] of Object.entries(copy[lists])) expect(values).not.toBe(hit[lists][name]);
        }
      }),
    );
  });
});

describe('the size of a hit (sessions §2.2)', () => {
  const bare = hitOf({ id: 'i', namespace: 'n', propertyId: 'p', clientId: 'cc', eventName: 'e', ip: '', host: '', path: '', method: '' });

  it('counts a constant, the ids, and the client id twice', () => {
    expect(sizeOfHit(bare)).toBe(256 + 1 + 1 + 1 + 2 * 2 + 1);
  });

  it.each([
    ['bytes of UTF-8, not characters', { path: '/é€😀' }, 1 + 2 + 3 + 4],
    ['the user id', { userId: 'u1' }, 2],
    ['the stamp like a query parameter', { sessionStamp: 'S1' }, 'sessionStamp'.length + 2],
    ['names once and each value', { queryParams: { ab: ['1', '22'] } }, 2 + 3],
    ['headers', { headers: { Accept: ['*/*'] } }, 6 + 3],
    ['notes', { metadata: { protocol: 'x' } }, 9],
    ['the body', { body: new Uint8Array(400) }, 400],
  ])('counts %s', (_, changes, bytes) => {
    expect(sizeOfHit({ ...bare, ...changes }) - sizeOfHit(bare)).toBe(bytes);
  });
});
