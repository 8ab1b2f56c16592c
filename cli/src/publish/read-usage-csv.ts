import type { Readable } from 'node:stream';
import { ExactNumber, type ExactJson } from '@drawdown/cloudevents';
import { csvRows, type CsvRow } from './csv-rows.js';
import type { UsageItem } from './read-usage.js';

export interface CsvOptions {
  readonly type?: string;
  readonly source: string;
}

/** Columns that are not data. `customer` is another word for `subject`. */
const ATTRIBUTES = ['id', 'source', 'type', 'subject', 'customer', 'time'];
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * One event a row under a row of titles: `id`, `source`, `type`, `subject` or `customer` and `time` are attributes, every other column is a field of
 * `data`, a number where it is written as one (exactly, whatever its length), else text; an empty cell is left out. A row without an id gets `line-<n>`.
 */
export async function* readUsageCsv(input: Readable, options: CsvOptions): AsyncGenerator<UsageItem> {
  for await (const row of csvRows(input)) yield 'item' in row ? eventOf(row.item, row.line, options) : row;
}

const eventOf = (record: CsvRow, line: number, options: CsvOptions): UsageItem => {
  const { id, source, type = options.type, time } = record;
  const subject = record['subject'] ?? record['customer'] ?? '';
  if (type === undefined) return { line, reason: 'EVENT_INVALID', detail: 'no type: add a column or --type' };
  if (subject === '') return { line, reason: 'EVENT_INVALID', detail: 'no customer: add a column `customer`' };
  return {
    line,
    item: {
      id: id ?? `line-${String(line)}`,
      source: source ?? options.source,
      type,
      subject,
      ...(time === undefined || time === '' ? {} : { time }),
      data: dataOf(record),
    },
  };
};

const dataOf = (record: CsvRow): Record<string, ExactJson> => {
  const fields = Object.entries(record).filter(([name, text]) => !ATTRIBUTES.includes(name) && text !== '');
  return Object.fromEntries(fields.map(([name, text]) => [name, JSON_NUMBER.test(text) ? new ExactNumber(text) : text]));
};
