import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { encodeBinary, type OutgoingEvent } from '@drawdown/cloudevents';
import { collect } from '../src/client/pages.js';
import { batchesOf } from '../src/publish/batches.js';
import { eventSize } from '../src/publish/event-size.js';
import { PUBLISH_LIMITS } from '../src/publish/limits.js';
import { publishItems } from '../src/publish/publish-items.js';
import type { UsagePublisher } from '../src/publish/publisher.js';
import { readUsageCsv } from '../src/publish/read-usage-csv.js';
import { readUsageLines } from '../src/publish/read-usage-lines.js';
import { openUsage } from '../src/publish/read-usage.js';

const csv = (text: string) => collect(readUsageCsv(Readable.from([text]), { type: 'llm.call', source: '/files/a.csv' }));
const jsonLines = (text: string) => collect(readUsageLines(Readable.from([text])));
const dataText = (event: OutgoingEvent): string => Buffer.from(encodeBinary(event).data).toString();

const event = (id: string, more: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  id,
  source: '/s',
  type: 't',
  subject: 'c',
  data: { n: 1 },
  ...more,
});

describe('usage as CSV', () => {
  it('makes attributes of some columns and data of the others, with ids that stay the same', async () => {
    const text = 'time,customer,tokens,model\n2026-01-01T00:00:00Z,acme,12,gpt\n2026-01-01T00:00:01Z,beta,7,\n';
    const [first, second] = await csv(text);
    expect(first).toMatchObject({
      line: 2,
      item: { id: 'line-2', source: '/files/a.csv', type: 'llm.call', subject: 'acme', time: '2026-01-01T00:00:00Z' },
    });
    expect(first && 'item' in first && dataText(first.item)).toBe('{"tokens":12,"model":"gpt"}');
    expect(second && 'item' in second && dataText(second.item)).toBe('{"tokens":7}');
    expect(await csv(text)).toEqual([first, second]);
  });

  it('keeps numbers to the last digit, and text that only looks like a number as text', async () => {
    const [item] = await csv('customer,amount,code\nacme,0.1234567890123456789,007\n');
    expect(item && 'item' in item && dataText(item.item)).toBe('{"amount":0.1234567890123456789,"code":"007"}');
  });

  it('names a row that cannot be read, and goes on', async () => {
    // A row that the parser gives up on is named as soon as it is seen, which may be before the rows above it are delivered.
    const items = (await csv('customer,n\nacme,1\nbeta,2,3\n,4\ngamma,5\n')).sort((left, right) => left.line - right.line);
    expect(items.map(item => ('item' in item ? item.item.subject : item.reason))).toEqual(['acme', 'UNPARSABLE', 'EVENT_INVALID', 'gamma']);
    expect(items.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  });

  it('lets columns win over the options', async () => {
    const [item] = await csv('id,source,type,subject\n1,/own,own.type,acme\n');
    expect(item).toMatchObject({ item: { id: '1', source: '/own', type: 'own.type', subject: 'acme' } });
  });
});

describe('usage as JSON Lines', () => {
  const line = (more: object): string =>
    JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't', subject: 'acme', data: { n: 1 }, ...more });

  it('takes one CloudEvent a line, its numbers exact', async () => {
    const text = line({}).replace('"n":1', '"n":12345678901234567890.5');
    const [item] = await jsonLines(`\n${text}\n`);
    expect(item).toMatchObject({ line: 2, item: { id: '1', subject: 'acme' } });
    expect(item && 'item' in item && dataText(item.item)).toBe('{"n":12345678901234567890.5}');
  });

  it('names a line that is no event, and goes on', async () => {
    const items = await jsonLines(['not json', line({ subject: undefined }), line({ id: undefined }), line({})].join('\n'));
    expect(items.map(item => ('item' in item ? 'event' : item.reason))).toEqual(['UNPARSABLE', 'EVENT_INVALID', 'EVENT_INVALID', 'event']);
  });
});

describe('opening a file of usage', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawdown-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('tells the format by the name and makes the source of it', async () => {
    const file = join(folder, 'calls.csv');
    await writeFile(file, 'customer,n\nacme,1\n');
    const usage = await openUsage(file, { type: 't' });
    expect(await collect(usage.items)).toMatchObject([{ item: { source: '/files/calls.csv', id: 'line-2' } }]);
    expect(usage.read()).toBe(usage.size);
  });

  it('refuses a file that is not there, and CSV without a source', async () => {
    await expect(openUsage(join(folder, 'none.csv'), {})).rejects.toMatchObject({ reason: 'FILE_UNREADABLE' });
    await expect(openUsage('-', { format: 'csv' })).rejects.toMatchObject({ reason: 'SOURCE_NEEDED' });
  });
});

describe('batches', () => {
  it('keep the order and pass no limit', () => {
    const events = Array.from({ length: PUBLISH_LIMITS.eventsPerBatchMax + 1 }, (_, index) => event(String(index)));
    expect(batchesOf(events, eventSize).map(batch => batch.length)).toEqual([PUBLISH_LIMITS.eventsPerBatchMax, 1]);
    expect(batchesOf(events, eventSize).flat()).toEqual(events);
    const large = event('large', { data: { text: 'x'.repeat(PUBLISH_LIMITS.bytesPerBatchMax) } });
    expect(batchesOf([event('1'), large, event('2')], eventSize).map(batch => batch.map(({ id }) => id))).toEqual([
      ['1'],
      ['large'],
      ['2'],
    ]);
  });
});

describe('publishing a file', () => {
  const publisher = (refused: readonly string[]): UsagePublisher & { readonly sent: string[] } => {
    const sent: string[] = [];
    return {
      sent,
      publish: async events => {
        sent.push(...events.map(({ id }) => id));
        const refusals = events.flatMap(({ id }, index) => (refused.includes(id) ? [{ index, reason: 'VALIDATION', detail: 'no' }] : []));
        return { refusals, position: '' };
      },
      close: async () => undefined,
    };
  };

  it('counts what was stored, and names the lines that were not', async () => {
    const lines: string[] = [];
    const to = publisher(['line-3']);
    const items = readUsageCsv(Readable.from(['customer,n\nacme,1\nacme,2\n,3\nacme,4\n']), { type: 't', source: '/s' });
    const result = await publishItems(
      items,
      to,
      ({ line, reason }) => void lines.push(`${String(line)} ${reason}`),
      () => undefined,
    );
    expect(result).toEqual({ stored: 2, refused: 2, position: '' });
    expect(lines.sort()).toEqual(['3 VALIDATION', '4 EVENT_INVALID']);
    expect(to.sent).toEqual(['line-2', 'line-3', 'line-5']);
  });
});
