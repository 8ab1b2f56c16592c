import { CloudEvent as SdkEvent } from 'cloudevents';
import { decode, DECODE_LIMITS, numberText, type CloudEvent, type DecodedMessage, type ExactNumber } from '@drawdown/cloudevents';

const NO_HEADERS: ReadonlyMap<string, string> = new Map();
const STRUCTURED = new Map([['content-type', 'application/cloudevents+json; charset=utf-8']]);
const BATCH = new Map([['Content-Type', 'application/cloudevents-batch+json']]);
const VALID = { specversion: '1.0', id: 'e1', source: '/gateway', type: 'llm.call', subject: 'cust-01' };

const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const only = (decoded: DecodedMessage): CloudEvent => {
  if (!decoded.ok) throw new Error(`unreadable: ${decoded.detail}`);
  const [result] = decoded.results;
  if (result?.ok !== true || decoded.results.length !== 1) throw new Error(`not one event: ${JSON.stringify(decoded.results)}`);
  return result.event;
};
const verdict = (decoded: DecodedMessage): string =>
  decoded.ok ? decoded.results.map(result => (result.ok ? 'ok' : result.reason)).join(' ') : `message ${decoded.reason}`;

describe('decode', () => {
  it('reads a structured event with everything it says', () => {
    const time = '2026-11-21T10:00:00.1239+01:00';
    const given = {
      ...VALID,
      time,
      datacontenttype: 'application/json',
      dataschema: 'urn:s',
      traceparent: '00-ab',
      partition: 7,
      data: { n: 1 },
    };
    expect(only(decode(STRUCTURED, bytes(given)))).toEqual({
      id: 'e1',
      source: '/gateway',
      type: 'llm.call',
      subject: 'cust-01',
      givenTime: time,
      timeMs: Date.UTC(2026, 10, 21, 9, 0, 0, 123),
      datacontenttype: 'application/json',
      dataschema: 'urn:s',
      data: { n: 1 },
      extensions: { traceparent: '00-ab', partition: 7 },
    });
  });

  it('finds the mode without a content type', () => {
    expect(decode(NO_HEADERS, bytes(VALID))).toMatchObject({ ok: true, mode: 'structured' });
    expect(decode(NO_HEADERS, bytes(` \n[${JSON.stringify(VALID)}]`))).toMatchObject({ ok: true, mode: 'batch' });
    expect(decode(new Map([['content-type', 'application/json']]), bytes(VALID))).toMatchObject({ ok: true, mode: 'structured' });
    expect(verdict(decode(new Map([['content-type', 'application/cloudevents+avro']]), bytes(VALID)))).toBe('message UNPARSABLE');
  });

  it('tells a bad event from a bad envelope', () => {
    const withoutId = { ...VALID, id: undefined };
    const batch = [VALID, withoutId, 7, null, { ...VALID, id: 'e2' }];
    expect(verdict(decode(BATCH, bytes(batch)))).toBe('ok EVENT_INVALID EVENT_INVALID EVENT_INVALID ok');
    const decoded = decode(BATCH, bytes(batch));
    expect(decoded.ok && decoded.results.map(result => result.index)).toEqual([0, 1, 2, 3, 4]);
    expect(decoded.ok && decoded.results[1]).toMatchObject({ detail: 'id is missing' });
    expect(verdict(decode(BATCH, bytes('[{"specversion":"1.0"},')))).toBe('message UNPARSABLE');
    expect(verdict(decode(BATCH, bytes(VALID)))).toBe('message UNPARSABLE');
    expect(decode(BATCH, bytes('[ ]'))).toEqual({ ok: true, mode: 'batch', results: [] });
  });

  it.each([
    ['another version', { ...VALID, specversion: '0.3' }],
    ['no version', { ...VALID, specversion: undefined }],
    ['an empty id', { ...VALID, id: '' }],
    ['an id that is a number', { ...VALID, id: 7 }],
    ['no source', { ...VALID, source: null }],
    ['an empty type', { ...VALID, type: '' }],
    ['an empty subject', { ...VALID, subject: '' }],
    ['a NUL in the id', { ...VALID, id: 'a\u0000b' }],
    ['half a surrogate pair in the source', { ...VALID, source: 'a\ud800' }],
    ['a time without offset', { ...VALID, time: '2026-11-21T10:00:00' }],
    ['a day that does not exist', { ...VALID, time: '2026-02-30T10:00:00Z' }],
    ['hour 24', { ...VALID, time: '2026-02-20T24:00:00Z' }],
    ['a leap second at noon', { ...VALID, time: '2026-06-30T12:00:60Z' }],
    ['a time that is a number', { ...VALID, time: 1_700_000_000 }],
    ['an extension that is an object', { ...VALID, trace: {} }],
    ['an extension that is a fraction', { ...VALID, trace: 1.5 }],
    ['an extension beyond 32 bits', { ...VALID, trace: 2 ** 31 }],
    ['an extension in capitals', { ...VALID, traceId: 'x' }],
    ['both kinds of data', { ...VALID, data: 1, data_base64: 'AA==' }],
    ['base64 that is none', { ...VALID, data_base64: 'A' }],
    ['an object under text/plain', { ...VALID, datacontenttype: 'text/plain', data: {} }],
  ])('refuses %s', (_, event) => {
    expect(verdict(decode(STRUCTURED, bytes(event)))).toBe('EVENT_INVALID');
  });

  it('reads every spelling of a time', () => {
    const at = (time: string): number | undefined => only(decode(STRUCTURED, bytes({ ...VALID, time }))).timeMs;
    expect(at('1970-01-01T00:00:00Z')).toBe(0);
    expect(at('1969-12-31t23:59:59.9999z')).toBe(-1);
    expect(at('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1));
    expect(at('2017-01-01T05:29:60+05:30')).toBe(Date.UTC(2017, 0, 1));
    expect(at('0001-01-01T00:00:00Z')).toBe(Date.parse('0001-01-01T00:00:00Z'));
    expect(at('2024-02-29T00:00:00-23:59')).toBe(Date.parse('2024-02-29T23:59:00Z'));
  });

  it('keeps numbers exactly, in the one event that needs it and in its neighbours', () => {
    const text = `[${JSON.stringify({ ...VALID, data: { n: 0.1 } })},{"specversion":"1.0","id":"2","source":"s","type":"t","data":{"n":0.1234567890123456789,"m":1e-7,"k":5}}]`;
    const decoded = decode(BATCH, bytes(text));
    const data = (index: number): Record<string, number | ExactNumber> => {
      const result = decoded.ok ? decoded.results[index] : undefined;
      return result?.ok === true ? (result.event.data as Record<string, number | ExactNumber>) : {};
    };
    expect(Object.values(data(0)).map(numberText)).toEqual(['0.1']);
    expect(Object.values(data(1)).map(numberText)).toEqual(['0.1234567890123456789', '1e-7', '5']);
    expect(data(1)['k']).toBe(5);
    expect(() => (data(1)['n'] as unknown as number) + 1).toThrow('exact');
  });

  it('is not confused by brackets, quotes and digits inside of strings', () => {
    const nasty = '[{",\\"1234567890123456789e9\\\\';
    const decoded = decode(
      BATCH,
      bytes([
        { ...VALID, data: { [nasty]: nasty } },
        { ...VALID, data: [nasty, [nasty]] },
      ]),
    );
    expect(verdict(decoded)).toBe('ok ok');
    expect(decoded.ok && decoded.results[0]).toMatchObject({ event: { data: { [nasty]: nasty } } });
  });

  it('lets prototype keys be keys, on both ways of parsing', () => {
    for (const number of ['1', '1234567890123456789']) {
      const text = `{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"__proto__":{"x":${number}},"constructor":1,"n":${number}}}`;
      const data = only(decode(STRUCTURED, bytes(text))).data as object;
      expect(Object.keys(data)).toEqual(['__proto__', 'constructor', 'n']);
      expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
      expect('x' in data).toBe(false);
    }
    expect(verdict(decode(STRUCTURED, bytes('{"specversion":"1.0","id":"1","source":"s","type":"t","__proto__":"x"}')))).toBe(
      'EVENT_INVALID',
    );
  });

  it('takes the last of repeated keys, on both ways of parsing', () => {
    for (const number of ['1', '1234567890123456789']) {
      const text = `{"specversion":"1.0","id":"0","id":"1","source":"s","type":"t","data":{"n":0,"n":${number}}}`;
      const event = only(decode(STRUCTURED, bytes(text)));
      expect(event.id).toBe('1');
      expect(numberText((event.data as Record<string, number>)['n'] ?? -1)).toBe(number);
    }
  });

  it('bounds depth, bytes and events', () => {
    const nested = (levels: number): string =>
      `{"specversion":"1.0","id":"1","source":"s","type":"t","data":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const deepest = DECODE_LIMITS.nestingDepthMax - 1;
    expect(verdict(decode(BATCH, bytes(`[${nested(deepest)},${nested(deepest + 1)},${nested(deepest)}]`)))).toBe('ok EVENT_TOO_DEEP ok');
    expect(verdict(decode(STRUCTURED, bytes('['.repeat(500_000))))).toBe('message UNPARSABLE');
    expect(verdict(decode(NO_HEADERS, bytes(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)))).toBe('EVENT_TOO_DEEP');

    const limits = { ...DECODE_LIMITS, eventBytesMax: 200, eventsPerEnvelopeMax: 3, messageBytesMax: 1_000 };
    const padded = (letters: string): unknown => ({ ...VALID, data: letters });
    const room = 200 - bytes(padded('')).byteLength;
    const sizes = [padded('x'.repeat(room)), padded('x'.repeat(room + 1)), padded('é'.repeat(Math.ceil((room + 1) / 2)))];
    expect(verdict(decode(BATCH, bytes(sizes), limits))).toBe('ok EVENT_TOO_LARGE EVENT_TOO_LARGE');
    expect(verdict(decode(BATCH, bytes([VALID, VALID, VALID, VALID]), limits))).toBe('message ENVELOPE_TOO_LARGE');
    expect(verdict(decode(BATCH, bytes([padded('x'.repeat(1_000))]), limits))).toBe('message ENVELOPE_TOO_LARGE');
  });

  it('reads UTF-8 only, with or without a byte order mark', () => {
    expect(only(decode(STRUCTURED, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(VALID)]))).id).toBe('e1');
    expect(verdict(decode(STRUCTURED, Buffer.from(JSON.stringify({ ...VALID, id: 'é' }), 'latin1')))).toBe('message UNPARSABLE');
    expect(verdict(decode(STRUCTURED, Buffer.from([0xed, 0xa0, 0x80])))).toBe('message UNPARSABLE');
    expect(verdict(decode(STRUCTURED, new Uint8Array()))).toBe('message UNPARSABLE');
  });

  it('keeps data that is not JSON as bytes or text', () => {
    expect(only(decode(STRUCTURED, bytes({ ...VALID, data_base64: 'AQID' }))).dataBytes).toEqual(new Uint8Array([1, 2, 3]));
    expect(only(decode(STRUCTURED, bytes({ ...VALID, datacontenttype: 'text/plain', data: 'hi' }))).data).toBe('hi');
  });

  describe('in binary mode', () => {
    const headers = (more: Record<string, string> = {}): Map<string, string> =>
      new Map(Object.entries({ 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/gateway', 'ce-type': 'llm.call', ...more }));

    it('reads attributes from headers of any case and undoes their encoding', () => {
      const given = headers({
        'Ce-Subject': 'caf%C3%A9%20%25',
        'ce-tenant': '"a \\"b\\""',
        'content-type': 'application/json',
        other: 'x',
      });
      expect(only(decode(given, bytes('{"n":0.1234567890123456789}')))).toMatchObject({
        subject: 'café %',
        datacontenttype: 'application/json',
        extensions: { tenant: 'a "b"' },
      });
      expect(only(decode(headers({ 'ce-subject': '100%' }), bytes('1'))).subject).toBe('100%');
    });

    it('keeps other media types as bytes, and no payload as no data', () => {
      expect(only(decode(headers({ 'content-type': 'text/csv' }), bytes('a,b'))).dataBytes).toEqual(bytes('a,b'));
      expect(only(decode(headers(), new Uint8Array()))).not.toHaveProperty('data');
    });

    it.each([
      ['EVENT_INVALID', headers({ 'ce-subject': '%ff' }), '1'],
      ['EVENT_INVALID', headers({ 'ce-data': 'x' }), '1'],
      ['EVENT_INVALID', headers({ 'ce-time': 'yesterday' }), '1'],
      ['UNPARSABLE', headers(), '{'],
      ['EVENT_TOO_DEEP', headers(), `${'['.repeat(40)}${']'.repeat(40)}`],
      ['EVENT_TOO_LARGE', headers(), `"${'x'.repeat(70_000)}"`],
    ])('answers %s', (reason, given, payload) => {
      expect(verdict(decode(given, bytes(payload)))).toBe(reason);
    });
  });

  it('reads what the CloudEvents SDK writes', () => {
    const sdk = new SdkEvent({ ...VALID, id: 'sdk', time: '2026-11-21T10:00:00.000Z', data: { n: 1 }, tenant: 't' });
    expect(only(decode(STRUCTURED, bytes(sdk.toString())))).toMatchObject({ id: 'sdk', data: { n: 1 }, extensions: { tenant: 't' } });
  });
});
