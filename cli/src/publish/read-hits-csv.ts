import type { Readable } from 'node:stream';
import { Refusal } from '@drawdown/errors';
import { csvRows, type CsvRow } from './csv-rows.js';
import { HIT_TEXTS, type HitText, type OutgoingHit } from './hit.js';
import type { HitItem } from './read-hits.js';

export interface HitsCsvOptions {
  readonly source: string;
  readonly property?: string;
  readonly event: string;
  readonly idPrefix: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** Fields that a column may hold; the text fields stand beside them under their names on the wire. */
const FIELDS = ['id', 'time', 'property', 'client', 'event', ...HIT_TEXTS] as const;
type Field = (typeof FIELDS)[number];

/** Kinds of values with names of their own: `header:User-Agent`. */
const NAMED = /^(header|query|note):(.+)$/;

/**
 * One hit a row under a row of titles. A field is read from the column of its own name, or from the one that `columns` gives; named values
 * (`header:`, `query:`, `note:`) only from there. Every other column is passed over, and so is an empty cell. A row without an id gets the number of its line.
 * @throws Refusal `COLUMN_UNKNOWN` for a field that there is not
 */
export const readHitsCsv = (input: Readable, options: HitsCsvOptions): AsyncIterable<HitItem> => {
  const unknown = [...options.columns.keys()].find(field => !NAMED.test(field) && !FIELDS.includes(field as Field));
  if (unknown !== undefined) {
    const known = `${FIELDS.join(', ')}, header:<name>, query:<name>, note:<name>`;
    throw new Refusal('COLUMN_UNKNOWN', `${unknown} is no field of a hit: there are ${known}`, { field: unknown });
  }
  return hitsOf(input, options);
};

async function* hitsOf(input: Readable, options: HitsCsvOptions): AsyncGenerator<HitItem> {
  for await (const row of csvRows(input)) yield 'item' in row ? hitOf(row.item, row.line, options) : row;
}

const hitOf = (row: CsvRow, line: number, { source, property, event, idPrefix, columns }: HitsCsvOptions): HitItem => {
  const cell = (field: Field): string | undefined => row[columns.get(field) ?? field] || undefined;
  const propertyId = cell('property') ?? property ?? '';
  if (propertyId === '') return { line, reason: 'PROPERTY_ID_MISSING', detail: 'no property: add a column or --property' };
  const clientId = cell('client');
  if (clientId === undefined)
    return { line, reason: 'CLIENT_ID_MISSING', detail: 'no client: name its column with --column client=<title>' };
  const time = cell('time');
  const hit: OutgoingHit = {
    id: cell('id') ?? `${idPrefix}${String(line)}`,
    source,
    propertyId,
    clientId,
    eventName: cell('event') ?? event,
    ...(time === undefined ? {} : { time }),
    texts: textsOf(cell),
    headers: listsOf('header', row, columns),
    queryParams: listsOf('query', row, columns),
    metadata: Object.fromEntries(namedCells('note', row, columns)),
  };
  return { line, item: hit };
};

const textsOf = (cell: (field: HitText) => string | undefined): OutgoingHit['texts'] => {
  const texts: Partial<Record<HitText, string>> = {};
  for (const name of HIT_TEXTS) {
    const text = cell(name);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
};

const namedCells = (kind: string, row: CsvRow, columns: ReadonlyMap<string, string>): readonly [string, string][] =>
  [...columns].flatMap(([field, title]) => {
    const [, ofKind, name] = NAMED.exec(field) ?? [];
    const text = row[title] ?? '';
    return ofKind === kind && name !== undefined && text !== '' ? [[name, text]] : [];
  });

const listsOf = (kind: string, row: CsvRow, columns: ReadonlyMap<string, string>): OutgoingHit['headers'] =>
  Object.fromEntries(namedCells(kind, row, columns).map(([name, text]) => [name, [text]]));
