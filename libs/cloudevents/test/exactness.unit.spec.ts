import { CloudEvent as SdkEvent } from 'cloudevents';
import fc from 'fast-check';
import { LosslessNumber, parse as parseLossless } from 'lossless-json';
import {
  canonicalNumberText,
  contentHash,
  decode,
  encodeBatch,
  encodeBinary,
  encodeStructured,
  ExactNumber,
  HASH_BYTES,
  idHash,
  numberText,
  UnencodableEvent,
  type CloudEvent,
  type EncodedMessage,
  type ExactJson,
  type OutgoingEvent,
} from '@drawdown/cloudevents';

const eventsOf = (message: EncodedMessage): CloudEvent[] => {
  const decoded = decode(message.headers, message.data);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.results.map(result => {
    if (!result.ok) throw new Error(result.detail);
    return result.event;
  });
};
const dataOf = (json: string): ExactJson => {
  const text = `{"specversion":"1.0","id":"1","source":"s","type":"t","data":${json}}`;
  const [event] = eventsOf({ headers: new Map(), data: Buffer.from(text) });
  return event?.data ?? null;
};

const digits = (max: number) => fc.stringMatching(new RegExp(`^\\d{1,${max}}$`));
const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      digits(24).map(text => text.replace(/^0+(?=\d)/, '')),
    ),
    fc.option(digits(24), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-'), digits(3)), { nil: undefined }),
  )
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${exponent?.join('') ?? ''}`);

/** JSON text with random literals, white space and names; deep and flat. */
const { json } = fc.letrec<{ json: string }>(tie => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    literal,
    fc.string({ unit: 'binary' }).map(text => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('json'), { maxLength: 4 }).map(items => `[ ${items.join(' ,\n')}]`),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '1', 'é')), tie('json'), { maxKeys: 4 }).map(
      members =>
        `{${Object.entries(members)
          .map(([key, value]) => `${JSON.stringify(key)} :${value}`)
          .join(',')}}`,
    ),
  ),
}));

/** Replaces every number by its canonical text, whoever parsed it. */
const normalised = (value: unknown): unknown => {
  if (typeof value === 'number') return { number: canonicalNumberText(numberText(value)) };
  if (value instanceof ExactNumber) return { number: canonicalNumberText(value.text) };
  if (value instanceof LosslessNumber) return { number: canonicalNumberText(value.value) };
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === 'object' && value !== null)
    return { members: Object.entries(value).map(([key, member]) => [key, normalised(member)]) };
  return value;
};

describe('numbers', () => {
  it('have the value of their text, whatever the text around them', () => {
    fc.assert(
      fc.property(json, text => {
        expect(normalised(dataOf(text))).toEqual(normalised(parseLossless(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('give their text back in plain decimals where a double is exact', () => {
    for (const text of ['0', '0.1', '123456789012345', '0.00000000012345', '-0.0000001', '1234567.12345678']) {
      const value = dataOf(text);
      expect(typeof value).toBe('number');
      expect(numberText(value as number)).toBe(text);
    }
    expect(numberText(dataOf('-0') as number)).toBe('0');
    expect(dataOf('9007199254740993')).toEqual(new ExactNumber('9007199254740993'));
  });

  it('have one canonical text per value', () => {
    for (const text of ['1', '1.0', '1.000000000000000000', '10e-1', '0.1e1', '1E0', '1e+00'])
      expect(canonicalNumberText(text)).toBe('1e0');
    for (const text of ['0', '-0', '0.000', '0e999', '-0.0e-5']) expect(canonicalNumberText(text)).toBe('0');
    expect(canonicalNumberText('-120')).toBe('-12e1');
    expect(canonicalNumberText(`1e${'9'.repeat(40)}`)).toBe(`1e${'9'.repeat(40)}`);
    expect(canonicalNumberText('1.5')).not.toBe(canonicalNumberText('1.50000000000000000001'));
  });
});

describe('contentHash', () => {
  const content = { type: 't', subject: 's', givenTime: '2026-11-21T10:00:00Z', data: { a: 1, b: [1.5, 'x'] } as ExactJson };

  it('does not see order of members, literals or the spelling of the time', () => {
    const other = {
      ...content,
      givenTime: '2026-11-21T11:00:00.000+01:00',
      data: dataOf('{"b":[15e-1,"\\u0078"],"a":1.00000000000000000000}'),
    };
    expect(contentHash(other)).toBe(contentHash(content));
    expect(contentHash(content)).toHaveLength(HASH_BYTES);
  });

  it.each([
    ['the type', { ...content, type: 'u' }],
    ['the subject', { ...content, subject: 'u' }],
    ['no subject', { type: 't', givenTime: content.givenTime, data: content.data }],
    ['the time, by a nanosecond', { ...content, givenTime: '2026-11-21T10:00:00.000000001Z' }],
    ['no time', { type: 't', subject: 's', data: content.data }],
    ['a number', { ...content, data: { a: 1, b: [1.6, 'x'] } }],
    ['a number as text', { ...content, data: { a: '1', b: [1.5, 'x'] } }],
    ['the order of a list', { ...content, data: { a: 1, b: ['x', 1.5] } }],
    ['data and no data', { type: 't', subject: 's', givenTime: content.givenTime }],
    ['null and no data', { type: 't', subject: 's', givenTime: content.givenTime, data: null }],
    ['bytes', { type: 't', subject: 's', givenTime: content.givenTime, dataBytes: new Uint8Array([1]) }],
    ['half a surrogate', { ...content, data: { a: 1, b: [1.5, '\ud800'] } }],
    ['the other half', { ...content, data: { a: 1, b: [1.5, '\ud801'] } }],
  ])('sees %s', (_, changed) => {
    expect(contentHash(changed)).not.toBe(contentHash(content));
  });

  it('is equal exactly for equal values', () => {
    fc.assert(
      fc.property(json, json, (one, two) => {
        const equal = JSON.stringify(normalised(sorted(dataOf(one)))) === JSON.stringify(normalised(sorted(dataOf(two))));
        expect(contentHash({ type: 't', data: dataOf(one) }) === contentHash({ type: 't', data: dataOf(two) })).toBe(equal);
        expect(contentHash({ type: 't', data: sorted(dataOf(one)) })).toBe(contentHash({ type: 't', data: dataOf(one) }));
      }),
    );
  });
});

/** The same value with its members in order. */
const sorted = (value: ExactJson): ExactJson => {
  if (Array.isArray(value)) return (value as readonly ExactJson[]).map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
};

describe('idHash', () => {
  it('keeps the parts apart', () => {
    const keys = [
      ['a', 'b', 'c', 'd'],
      ['ab', '', 'c', 'd'],
      ['a', 'bc', '', 'd'],
      ['a', 'b', 'cd', ''],
      ['a', 'b', 'c', 'd:'],
      ['1:', 'b', 'c', 'd'],
    ];
    expect(new Set(keys.map(([n = '', c = '', s = '', i = '']) => idHash(n, c, s, i))).size).toBe(keys.length);
  });

  it('is the same for the same key: 16 characters of one byte each', () => {
    const hash = idHash('n', 'é', '/s', '😀');
    expect(idHash('n', 'é', '/s', '😀')).toBe(hash);
    expect([...hash].every(character => character.charCodeAt(0) < 256)).toBe(true);
    expect(hash).toHaveLength(HASH_BYTES);
  });
});

describe('encoders', () => {
  const outgoing: fc.Arbitrary<OutgoingEvent> = fc
    .record({ id: fc.string({ unit: 'grapheme', minLength: 1 }), subject: fc.string({ unit: 'grapheme', minLength: 1 }), data: json })
    .filter(({ id, subject }) => !/[\p{Cc}\p{Cs}]/u.test(id + subject))
    .map(({ id, subject, data }) => ({
      id,
      source: '/s',
      type: 't',
      subject,
      time: '2026-11-21T10:00:00Z',
      data: dataOf(data),
      extensions: { tenant: 'x' },
    }));
  const seen = ({ id, source, type, subject, givenTime, data, extensions }: CloudEvent) => ({
    id,
    source,
    type,
    subject,
    givenTime,
    data: normalised(data),
    extensions: { ...extensions },
  });
  const meant = ({ time, data, ...rest }: OutgoingEvent) => ({ ...rest, givenTime: time, data: normalised(data) });

  it('write what decode reads, in every mode', () => {
    fc.assert(
      fc.property(fc.array(outgoing, { minLength: 1, maxLength: 4 }), events => {
        expect(eventsOf(encodeBatch(events)).map(seen)).toEqual(events.map(meant));
        for (const event of events) {
          expect(eventsOf(encodeStructured(event)).map(seen)).toEqual([meant(event)]);
          expect(eventsOf(encodeBinary(event)).map(seen)).toEqual([meant(event)]);
        }
      }),
    );
  });

  it('write header values in printable ASCII', () => {
    const { headers } = encodeBinary({ id: 'a b"%é😀', source: '/s', type: 't' });
    expect(headers.get('ce-id')).toBe('a%20b%22%25%C3%A9%F0%9F%98%80');
  });

  it('write what the CloudEvents SDK accepts', () => {
    const { data } = encodeStructured({
      id: '1',
      source: '/s',
      type: 't',
      subject: 'c',
      time: '2026-11-21T10:00:00Z',
      data: { n: 1 },
      extensions: { tenant: 'x' },
    });
    const sdk = new SdkEvent(JSON.parse(Buffer.from(data).toString()) as Partial<SdkEvent>);
    expect(sdk.validate()).toBe(true);
    expect(sdk).toMatchObject({ id: '1', subject: 'c', data: { n: 1 }, tenant: 'x' });
  });

  it('refuse an event that no reader would take', () => {
    expect(() => encodeStructured({ id: '', source: '/s', type: 't' })).toThrow(UnencodableEvent);
    expect(() => encodeBinary({ id: '1', source: '/s', type: 't', time: 'now' })).toThrow('RFC 3339');
    expect(() => encodeBatch([{ id: '1', source: '/s', type: 't', extensions: { Tenant: 'x' } }])).toThrow(UnencodableEvent);
  });
});
