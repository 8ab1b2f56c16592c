import fc from 'fast-check';
import { canonicalJson, contentOf, isInnerPointer, LIMITS } from '../../src/domain/index.js';
import { reasonOf } from '../given.js';

/** Members of every object in the opposite order. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return (value as readonly unknown[]).map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
};

describe('the canonical text (reconciliation §2.4)', () => {
  it('does not depend on the order of members, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each<[unknown, string]>([
    [{ b: 1, a: undefined, A: 2, ä: 3 }, '{"A":2,"b":1,"ä":3}'],
    [[1, , undefined, null], '[1,null,null,null]'],
    [{ at: new Date(Date.UTC(2026, 2, 1)) }, '{"at":"2026-03-01T00:00:00.000Z"}'],
    [[-0, 1e21, 0.1, '\u2028"'], '[0,1e+21,0.1,"\u2028\\""]'],
    [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
    [Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ])('of %p is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

  it.each<[string, unknown]>([
    ['a number that is none', { a: Number.NaN }],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a big integer', 1n],
    ['a function', { toJSON: () => 'x' }],
    ['a symbol', Symbol('s')],
    ['nothing at all', undefined],
    ['a cycle', cycle],
    ['a map', new Map([['a', 1]])],
    ['bytes', new Uint8Array(2)],
    ['an invalid date', new Date(Number.NaN)],
    ['more levels than the limit', nested(LIMITS.jsonDepthMax + 2)],
  ])('is refused for %s', (_what, value) => {
    expect(reasonOf(() => canonicalJson(value))).toBe('OBJECT_NOT_SERIALIZABLE');
  });

  it('has as many levels as the limit allows', () => {
    expect(canonicalJson(nested(LIMITS.jsonDepthMax))).toHaveLength(2 * LIMITS.jsonDepthMax);
  });

  it('leaves out what pointers mean, each in the document as it was', () => {
    const value = { list: [1, 2, 3], 'a/b': { '~': 1, c: 2 }, keep: 1 };
    expect(canonicalJson(value, ['/list/0', '/list/1', '/a~1b/~0', '/nowhere/at/all'])).toBe('{"a/b":{"c":2},"keep":1,"list":[3]}');
  });

  it('knows pointers to something inside', () => {
    expect(['/a', '/', '/a/~0~1', '/0'].every(isInnerPointer)).toBe(true);
    expect(['', 'a', '/~', '/~2', 'a/b'].some(isInnerPointer)).toBe(false);
  });
});

describe('content', () => {
  it('is a copy: what its owner does to the object later is no change', () => {
    const object = { id: 'u1', tags: ['a'] };
    const content = contentOf(object);
    object.tags.push('b');
    expect(content.object).toEqual({ id: 'u1', tags: ['a'] });
  });

  it('may be 256 KiB and no byte more', () => {
    const text = 'ä'.repeat((LIMITS.objectBytesMax - 2) / 2);
    expect(reasonOf(() => contentOf(text))).toBeUndefined();
    expect(reasonOf(() => contentOf(`${text}x`))).toBe('OBJECT_TOO_LARGE');
  });
});
