import { pipeline, type Readable } from 'node:stream';
import { ExactNumber, type ExactJson } from '@drawdown/cloudevents';
import { parse, type CsvError } from 'csv-parse';
import type { UsageItem } from './read-usage.js';

export interface CsvOptions {
  readonly type?: string;
  readonly source: string;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** Columns that are not data. `customer` is another word for `subject`. */
const ATTRIBUTES = ['id', 'source', 'type', 'subject', 'customer', 'time'];
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * One event a row under a row of titles: `id`, `source`, `type`, `subject` or `customer` and `time` are attributes, every other column is a field of
 * `data`, a number where it is written as one (exactly, whatever its length), else text; an empty cell is left out. A row without an id gets `line-<n>`.
 */
export async function* readCsv(input: Readable, options: CsvOptions): AsyncGenerator<UsageItem> {
  const broken: UsageItem[] = [];
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) =>
      void broken.push({ line: Number(error?.['lines'] ?? 0), reason: 'UNPARSABLE', detail: error?.message ?? 'the row cannot be read' }),
  });
  // A failure of the file reaches the parser, and by it the loop below.
  pipeline(input, parser, () => undefined);
  for await (const row of parser) {
    yield* broken.splice(0);
    yield eventOf(row as CsvRecord, options);
  }
  yield* broken.splice(0);
}

const eventOf = ({ record, info: { lines: line } }: CsvRecord, options: CsvOptions): UsageItem => {
  const { id, source, type = options.type, time } = record;
  const subject = record['subject'] ?? record['customer'] ?? '';
  if (type === undefined) return { line, reason: 'EVENT_INVALID', detail: 'no type: add a column or --type' };
  if (subject === '') return { line, reason: 'EVENT_INVALID', detail: 'no customer: add a column `customer`' };
  return {
    line,
    event: {
      id: id ?? `line-${String(line)}`,
      source: source ?? options.source,
      type,
      subject,
      ...(time === undefined || time === '' ? {} : { time }),
      data: dataOf(record),
    },
  };
};

const dataOf = (record: Readonly<Record<string, string>>): Record<string, ExactJson> => {
  const fields = Object.entries(record).filter(([name, text]) => !ATTRIBUTES.includes(name) && text !== '');
  return Object.fromEntries(fields.map(([name, text]) => [name, JSON_NUMBER.test(text) ? new ExactNumber(text) : text]));
};
