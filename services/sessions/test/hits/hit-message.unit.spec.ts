import { sizeOfHit } from '../../src/domain/index.js';
import { HIT_TYPE, IMPORT_COMPLETED_TYPE, PING_TYPE } from '../../src/adapters/jetstream/hit-wire.js';
import {
  ARRIVED_MS,
  decoded,
  envelope,
  event,
  hashToken,
  hitsOf,
  onlyHit,
  reasonOf,
  reasonsOf,
  single,
  stored,
  SUBJECTS,
} from './message.js';

const at = (offsetMs: number) => ({ time: new Date(ARRIVED_MS + offsetMs).toISOString() });
const lane = (name: string) => ({ 'Drawdown-Lane': name });
const binary = (type: string) => ({ 'ce-specversion': '1.0', 'ce-id': 'x', 'ce-source': '/test', 'ce-type': type });
const DAY_MS = 86_400_000;

describe('a hit on the wire', () => {
  it('is read whole', () => {
    const data = {
      userId: 'u1',
      sessionStamp: 's',
      sessionId: 'mine',
      platform: 'tv',
      ip: '10.0.0.1',
      host: 'h',
      path: '/p',
      method: 'GET',
      queryParams: { a: ['1', '2'] },
      headers: { 'User-Agent': ['x'] },
      body: 'AAH/',
      requestSeq: 3,
      metadata: { via: 'proxy' },
      madeUpLater: {},
    };
    expect(onlyHit(stored(single(), JSON.stringify(event(data, at(-1_000)))))).toEqual({
      id: 'h1',
      namespace: 'acme',
      propertyId: 'shop',
      clientId: 'c1',
      userId: 'u1',
      eventName: 'page_view',
      sessionStamp: 's',
      clientSessionId: 'mine',
      platform: 'tv',
      ip: '10.0.0.1',
      host: 'h',
      path: '/p',
      method: 'GET',
      receivedAtMs: ARRIVED_MS - 1_000,
      requestSeq: 3,
      queryParams: { a: ['1', '2'] },
      headers: { 'User-Agent': ['x'] },
      body: Buffer.from([0, 1, 255]),
      metadata: { via: 'proxy' },
    });
  });

  it('takes from its subject what the body leaves out, and its time from the server', () => {
    const hit = onlyHit(stored(single('a.b', 'c/ü *>{}'), '{"eventName":"v"}', binary(HIT_TYPE)));
    expect(hit).toMatchObject({ namespace: 'acme', propertyId: 'a.b', clientId: 'c/ü *>{}', receivedAtMs: ARRIVED_MS });
    expect('userId' in hit).toBe(false);
  });

  it('shares the time of its message and is numbered by its place in it', () => {
    const batch = JSON.stringify([event(), event({}, { id: 'h2' })]);
    expect(hitsOf(stored(single(), batch)).hits.map(hit => [hit.receivedAtMs, hit.requestSeq])).toEqual([
      [ARRIVED_MS, 0],
      [ARRIVED_MS, 1],
    ]);
  });

  it('counts an empty text or null as not said', () => {
    const hit = onlyHit(stored(single(), JSON.stringify(event({ userId: '', sessionStamp: null, platform: '', queryParams: null }))));
    expect(hit).toMatchObject({ queryParams: {} });
    expect(['userId', 'sessionStamp', 'platform'].filter(name => name in hit)).toEqual([]);
  });

  it.each(['.', '*', '>', '{}', ' ', '\u0000', 'a.b.*.>', '{p3}:live', '"\\', '=', '%41', '__proto__', 'ü'.repeat(33)])(
    'may come from a client called %j',
    clientId => {
      expect(onlyHit(stored(single('shop', clientId), JSON.stringify(event({ clientId })))).clientId).toBe(clientId);
      expect(onlyHit(stored(envelope('shop', clientId), JSON.stringify([event({ clientId })]))).clientId).toBe(clientId);
    },
  );

  it('keeps a parameter called __proto__', () => {
    const text = JSON.stringify(event({ queryParams: 'X' })).replace('"X"', '{"__proto__":["1"]}');
    expect(Object.entries(onlyHit(stored(single(), text)).queryParams)).toEqual([['__proto__', ['1']]]);
  });
});

describe('what is refused in a hit', () => {
  it.each([
    ['a hit without client id in an envelope', { clientId: undefined }, 'CLIENT_ID_MISSING'],
    ['a hit without property in an envelope', { propertyId: '' }, 'PROPERTY_ID_MISSING'],
    ['a hit without name', { eventName: '' }, 'EVENT_NAME_MISSING'],
    ['a name that is no text', { eventName: 1 }, 'HIT_INVALID'],
    ['a user of 129 bytes', { userId: 'x'.repeat(129) }, 'HIT_ID_TOO_LONG'],
    ['a client of 129 bytes', { clientId: 'x'.repeat(129) }, 'HIT_ID_TOO_LONG'],
    ['a client of 130 bytes in 65 letters', { clientId: 'ü'.repeat(65) }, 'HIT_ID_TOO_LONG'],
    ['a stamp of 513 bytes', { sessionStamp: 'x'.repeat(513) }, 'HIT_ID_TOO_LONG'],
    ['half a surrogate pair', { clientId: '\ud800' }, 'HIT_INVALID'],
    ['half a surrogate pair in a parameter', { queryParams: { a: ['\udfff'] } }, 'HIT_INVALID'],
    ['an unknown platform', { platform: 'fridge' }, 'HIT_INVALID'],
    ['parameters that are no lists', { queryParams: { a: '1' } }, 'HIT_INVALID'],
    ['parameters in a list', { queryParams: [] }, 'HIT_INVALID'],
    ['a body that is no base64', { body: 'a' }, 'HIT_INVALID'],
    ['a note that is no text', { metadata: { a: 1 } }, 'HIT_INVALID'],
    [
      '1,001 notes',
      { metadata: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`n${String(n)}`, ''])) },
      'HIT_TOO_MANY_VALUES',
    ],
    ['half a place in the request', { requestSeq: 0.5 }, 'HIT_INVALID'],
    ['a place before the first', { requestSeq: -1 }, 'HIT_INVALID'],
    [
      '1,001 parameters',
      { queryParams: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`p${String(n)}`, []])) },
      'HIT_TOO_MANY_VALUES',
    ],
    ['1,001 values of one header', { headers: { a: Array.from({ length: 1_001 }, () => '') } }, 'HIT_TOO_MANY_VALUES'],
  ])('%s', (_, data, reason) => {
    const { hits, rejections } = hitsOf(stored(envelope(), JSON.stringify([event(data), event({}, { id: 'sound' })])));
    expect(rejections.map(rejection => [rejection.index, rejection.reason])).toEqual([[0, reason]]);
    expect(hits.map(({ id }) => id)).toEqual(['sound']);
  });

  it('data that is no object', () => {
    for (const data of [1, 1e300, 'x', [], true]) expect(reasonsOf({ ...event(), data })).toEqual(['HIT_INVALID']);
    expect(reasonsOf({ ...event(), datacontenttype: 'text/plain', data: 'x' })).toEqual(['HIT_INVALID']);
    expect(reasonsOf({ ...event(), data: undefined, data_base64: 'AAAA' })).toEqual(['HIT_INVALID']);
  });

  it('an event that is no hit, and one that is no event', () => {
    expect(reasonsOf(event({}, { type: 'drawdown.usage.event.cancelled.v1' }))).toEqual(['EVENT_TYPE_UNKNOWN']);
    expect(reasonsOf(event({}, { id: 'NUL \u0000' }))).toEqual(['EVENT_INVALID']);
    expect(reasonsOf(event({}, { id: '' }))).toEqual(['EVENT_INVALID']);
  });

  it('a size above 128 KiB, and not exactly 128 KiB', () => {
    const small = sizeOfHit(onlyHit(stored(single(), JSON.stringify(event()))));
    const filling = (bytes: number) => event({ body: Buffer.alloc(bytes - small).toString('base64') });
    expect(reasonsOf(filling(128 * 1_024))).toEqual([]);
    expect(reasonsOf(filling(128 * 1_024 + 1))).toEqual(['HIT_TOO_LARGE']);
    // Six bytes of JSON for each byte that counts.
    expect(reasonsOf(event({ path: '\u0001'.repeat(128 * 1_024 - small) }))).toEqual([]);
  });

  it('a hundred thousand parameters', () => {
    const queryParams = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [n.toString(36), []]));
    expect(reasonsOf(event({ queryParams }))).toEqual(['HIT_TOO_MANY_VALUES']);
  });

  it('a time outside of what the log allows, in lane live only', () => {
    expect(reasonsOf(event({}, at(300_000)))).toEqual([]);
    expect(reasonsOf(event({}, at(300_001)))).toEqual(['HIT_FROM_FUTURE']);
    expect(reasonsOf(event({}, at(-7 * DAY_MS)))).toEqual([]);
    expect(reasonsOf(event({}, at(-7 * DAY_MS - 1)))).toEqual(['HIT_TOO_OLD']);
    expect(reasonsOf(event({}, at(300_001)), lane('import-1'))).toEqual([]);
    expect(reasonsOf(event({}, { time: '2015-05-17T10:05:03Z' }), lane('import-1'))).toEqual([]);
    expect(reasonsOf(event({}, { time: '1969-12-31T23:59:59Z' }), lane('import-1'))).toEqual(['HIT_INVALID']);
  });

  it('names the property that it is counted for', () => {
    const { rejections } = hitsOf(stored(envelope(), JSON.stringify([event({ eventName: '' }), 1])));
    expect(rejections.map(({ propertyId }) => propertyId)).toEqual(['shop', undefined]);
  });
});

describe('a hit in the wrong place', () => {
  it.each([
    ['another client', { clientId: 'c2' }, {}],
    ['another property', { propertyId: 'blog' }, {}],
    ['another namespace', {}, { namespace: 'evil' }],
  ])('of %s than its subject is a mismatch', (_, data, attributes) => {
    expect(reasonsOf(event(data, attributes))).toEqual(['SUBJECT_MISMATCH']);
  });

  it('is foreign in an envelope of another partition or namespace, and the others count', () => {
    const [other = ''] = Array.from({ length: 100 }, (_, n) => `client-${String(n)}`).filter(
      client => SUBJECTS.hitPartition('acme', 'shop', client) !== SUBJECTS.hitPartition('acme', 'shop', 'c1'),
    );
    const batch = [event({ clientId: other }), event({}, { namespace: 'evil' }), event({}, { id: 'mine', namespace: 'acme' })];
    const { hits, rejections } = hitsOf(stored(envelope(), JSON.stringify(batch)));
    expect(rejections.map(({ reason }) => reason)).toEqual(['ENVELOPE_FOREIGN', 'ENVELOPE_FOREIGN']);
    expect(hits.map(({ id }) => id)).toEqual(['mine']);
  });

  it('has no place beside pings', () => {
    expect(hitsOf(stored(envelope('shop', 'c1', '_'), JSON.stringify([event()]))).rejections).toMatchObject([
      { reason: 'ENVELOPE_FOREIGN' },
    ]);
  });

  it('needs the whole id where only its hash is in the subject', () => {
    const long = '.'.repeat(100);
    const subject = single('shop', long);
    expect(subject).toContain(hashToken(long));
    expect(onlyHit(stored(subject, JSON.stringify(event({ clientId: long })))).clientId).toBe(long);
    expect(hitsOf(stored(subject, JSON.stringify(event({ clientId: undefined })))).rejections).toMatchObject([
      { reason: 'CLIENT_ID_MISSING' },
    ]);
    expect(hitsOf(stored(subject, JSON.stringify(event()))).rejections).toMatchObject([{ reason: 'SUBJECT_MISMATCH' }]);
  });

  it.each(['%41', 'c@1', '%7e', '%C3%28', '-'.repeat(129)])('is refused under the token %s, which no encoder of ours writes', token => {
    for (const clientId of [undefined, 'A', 'c@1', '-'.repeat(128)]) {
      const message = stored(`drawdown.p.hits.3.acme.shop.${token}`, JSON.stringify(event({ clientId })));
      expect(hitsOf(message).rejections).toMatchObject([{ reason: 'SUBJECT_MISMATCH' }]);
    }
  });
});

describe('a message', () => {
  it.each([
    'drawdown.hits.acme.shop.c1',
    'drawdown.p.usage.1.acme.shop',
    'drawdown.p.hits.1.acme.shop',
    'drawdown.p.hits.64.acme.shop.c1',
    'drawdown.hits-batch.1.acme.shop',
    'drawdown.p.hits.1._.shop.c1',
    'drawdown.p.hits.1.%41.shop.c1',
    'other.p.hits.1.acme.shop.c1',
    '',
  ])('under %s is none of hits', subject => {
    expect(reasonOf(stored(subject, JSON.stringify(event())))).toBe('SUBJECT_MISMATCH');
  });

  it('that cannot be read is refused whole', () => {
    expect(reasonOf(stored(single(), Buffer.from([0x7b, 0xff, 0x7d])))).toBe('UNPARSABLE');
    expect(reasonOf(stored(single(), '{'))).toBe('UNPARSABLE');
    expect(reasonOf(stored(single(), ''))).toBe('UNPARSABLE');
    expect(reasonOf(stored(single(), Buffer.alloc(1_048_577, 0x20)))).toBe('ENVELOPE_TOO_LARGE');
    expect(reasonOf(stored(envelope(), `[${'1,'.repeat(1_000)}1]`))).toBe('ENVELOPE_TOO_LARGE');
  });

  it('names its lane in a header of any case', () => {
    const laneOf = (headers: Readonly<Record<string, string>>) => hitsOf(stored(single(), JSON.stringify(event()), headers)).lane;
    expect([laneOf({}), laneOf(lane('')), laneOf(lane('live')), laneOf(lane('i-1_A')), laneOf({ 'drawdown-lane': 'x' })]).toEqual([
      'live',
      'live',
      'live',
      'acme/i-1_A',
      'acme/x',
    ]);
  });

  it.each(['a b', 'a:b', '{x}', 'ü', 'x'.repeat(65), '.', '\u0000'])('in lane %j is refused', name => {
    expect(reasonOf(stored(single(), JSON.stringify(event()), lane(name)))).toBe('LANE_INVALID');
  });

  it('has no order of requests in an import', () => {
    expect(onlyHit(stored(single(), JSON.stringify(event({ requestSeq: 9 })), lane('i'))).requestSeq).toBe(0);
  });
});

describe('a signal of a source', () => {
  const pings = envelope('shop', 'c1', '_');

  it('is a ping, in lane live and under no namespace', () => {
    expect(decoded(stored(pings, '', binary(PING_TYPE)))).toEqual({ ok: true, value: { kind: 'ping' } });
    expect(reasonOf(stored(envelope(), '', binary(PING_TYPE)))).toBe('SUBJECT_MISMATCH');
    expect(reasonOf(stored(single(), '', binary(PING_TYPE)))).toBe('SUBJECT_MISMATCH');
    expect(reasonOf(stored(pings, '', { ...binary(PING_TYPE), ...lane('import-1') }))).toBe('LANE_INVALID');
  });

  it('completes an import, never the lane live', () => {
    const headers = { ...binary(IMPORT_COMPLETED_TYPE), ...lane('import-1') };
    expect(decoded(stored(envelope(), '', headers))).toEqual({ ok: true, value: { kind: 'import_completed', lane: 'acme/import-1' } });
    expect(reasonOf(stored(single(), '', headers))).toBe('SUBJECT_MISMATCH');
    expect(reasonOf(stored(pings, '', binary(IMPORT_COMPLETED_TYPE)))).toBe('LANE_INVALID');
  });

  it('stands alone', () => {
    const { rejections } = hitsOf(stored(pings, JSON.stringify([event({}, { type: PING_TYPE })])));
    expect(rejections).toMatchObject([{ reason: 'EVENT_TYPE_UNKNOWN' }]);
  });
});
