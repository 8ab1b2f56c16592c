import { Readable } from 'node:stream';
import { decode, encodeStructured } from '@drawdown/cloudevents';
import { readColumn } from '../src/commands/arguments.js';
import { collect } from '../src/client/pages.js';
import { toHitEvent, type OutgoingHit } from '../src/publish/hit.js';
import { readHitLines } from '../src/publish/read-hit-lines.js';
import { readHitsCsv, type HitsCsvOptions } from '../src/publish/read-hits-csv.js';

const OPTIONS: HitsCsvOptions = { source: '/files/web.csv', property: 'site', event: 'page_view', idPrefix: 'web-', columns: new Map() };

const csv = (text: string, more: Partial<HitsCsvOptions> = {}) => collect(readHitsCsv(Readable.from([text]), { ...OPTIONS, ...more }));
const lines = (...events: readonly object[]) =>
  collect(readHitLines(Readable.from([events.map(event => JSON.stringify(event)).join('\n')]), { property: 'site', event: 'page_view' }));

const event = (data: object, more: object = {}) => ({ specversion: '1.0', id: '1', source: '/s', type: 'x', data, ...more });

describe('hits as CSV', () => {
  it('takes fields from columns of their own name, and of the names that are given', async () => {
    const columns = new Map([
      ['client', 'visitor'],
      ['header:User-Agent', 'agent'],
      ['query:utm_source', 'campaign'],
      ['note:status', 'status'],
    ]);
    const text = 'time,visitor,agent,method,path,status,bytes,campaign\n2015-05-17T10:05:03Z,v1,a1,GET,/p,200,9,\n';
    expect(await csv(text, { columns })).toEqual([
      {
        line: 2,
        item: {
          id: 'web-2',
          source: '/files/web.csv',
          propertyId: 'site',
          clientId: 'v1',
          eventName: 'page_view',
          time: '2015-05-17T10:05:03Z',
          texts: { method: 'GET', path: '/p' },
          headers: { 'User-Agent': ['a1'] },
          queryParams: {},
          metadata: { status: '200' },
        },
      },
    ]);
  });

  it('lets columns win over the options', async () => {
    const [row] = await csv('id,client,property,event,userId\nmine,v1,blog,click,u1\n');
    expect(row).toMatchObject({ item: { id: 'mine', propertyId: 'blog', eventName: 'click', texts: { userId: 'u1' } } });
  });

  it('names a row without client or property, and goes on', async () => {
    const rows = await csv('client,property\n,blog\nv1,\nv1,blog\n', { property: '' });
    expect(rows.map(row => ('item' in row ? row.item.id : row.reason))).toEqual(['CLIENT_ID_MISSING', 'PROPERTY_ID_MISSING', 'web-4']);
  });

  it('refuses a field that there is not', () => {
    expect(() => readHitsCsv(Readable.from(['']), { ...OPTIONS, columns: new Map([['visitor', 'client']]) })).toThrow(
      'visitor is no field',
    );
  });

  it('is told its columns one by one, each once', () => {
    expect(readColumn('path=url', readColumn('client=a=b'))).toEqual(
      new Map([
        ['client', 'a=b'],
        ['path', 'url'],
      ]),
    );
    expect(() => readColumn('client')).toThrow('field=title');
    expect(() => readColumn('client=b', readColumn('client=a'))).toThrow('twice');
  });
});

describe('hits as JSON Lines', () => {
  const whole: OutgoingHit = {
    id: '1',
    source: '/s',
    propertyId: 'blog',
    clientId: 'c',
    eventName: 'click',
    time: '2026-01-01T00:00:00Z',
    texts: { userId: 'u', sessionStamp: 's', sessionId: 'i', platform: 'tv', ip: '::1', host: 'h', path: '/', method: 'GET' },
    queryParams: { a: ['1', '2'] },
    headers: { b: [] },
    metadata: { n: 'x' },
    body: 'AAAA',
    requestSeq: 4,
  };

  it('are read as they are written', async () => {
    const { data } = encodeStructured(toHitEvent(whole));
    expect(await collect(readHitLines(Readable.from([data]), { event: 'page_view' }))).toEqual([{ line: 1, item: whole }]);
  });

  it('may leave out what the options say', async () => {
    expect(await lines(event({ clientId: 'c' }))).toMatchObject([{ item: { propertyId: 'site', eventName: 'page_view', texts: {} } }]);
  });

  it('names a line that is no hit, and goes on', async () => {
    const bad = [
      { clientId: '' },
      { clientId: 1 },
      { clientId: 'c', queryParams: { a: '1' } },
      { clientId: 'c', headers: [] },
      { clientId: 'c', metadata: { a: 1 } },
      [],
    ];
    const found = await lines(...bad.map(data => event(data)), event({ clientId: 'c' }, { id: '' }), event({ clientId: 'c' }));
    expect(found.map(row => ('item' in row ? 'hit' : row.reason))).toEqual([
      'CLIENT_ID_MISSING',
      ...Array.from({ length: 5 }, () => 'HIT_INVALID'),
      'EVENT_INVALID',
      'hit',
    ]);
  });
});

describe('a hit on the wire', () => {
  it('leaves out what it does not have', () => {
    const plainHit: OutgoingHit = {
      id: '1',
      source: '/s',
      propertyId: 'p',
      clientId: 'c',
      eventName: 'e',
      texts: {},
      queryParams: {},
      headers: {},
      metadata: {},
    };
    const { headers, data } = encodeStructured(toHitEvent(plainHit));
    expect(decode(headers, data)).toMatchObject({
      results: [{ event: { type: 'drawdown.hits.source.hit.v1', data: { clientId: 'c', propertyId: 'p', eventName: 'e' } } }],
    });
    expect(JSON.parse(Buffer.from(data).toString())).not.toHaveProperty('data.queryParams');
  });
});
