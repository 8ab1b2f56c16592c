import Table from 'cli-table3';
import type { Plain } from './plain.js';

/** Where answers go. Results are for standard output; what is said along the way goes to standard error and is left out with `--json`. */
export interface Output {
  /** JSON instead of tables. */
  readonly json: boolean;
  /** One line, or several, for standard output. */
  write(text: string): void;
  /** A remark for people. */
  note(text: string): void;
}

export const standardOutput = (json: boolean): Output => ({
  json,
  write: text => void process.stdout.write(`${text}\n`),
  note: text => {
    if (!json) process.stderr.write(`${text}\n`);
  },
});

/** One column: its title and what stands in it. Numbers stand on the right. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly right?: true;
}

export const tableText = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string => {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ right }) => (right === true ? 'right' : 'left')),
    // Colour belongs to terminals, and a table is often read through a pipe.
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(columns.map(({ text }) => text(row)));
  return table.toString();
};

/** Names and values below each other. */
export const fieldsText = (fields: Readonly<Record<string, string>>): string => {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  for (const [name, value] of Object.entries(fields)) table.push([name, value]);
  return table.toString();
};

/** A list: a table, or one JSON document a line. */
export const printList = <Row>(output: Output, rows: readonly Row[], columns: readonly Column<Row>[], view: (row: Row) => Plain): void => {
  if (output.json) for (const row of rows) output.write(JSON.stringify(view(row)));
  else if (rows.length === 0) output.note('Nothing found.');
  else output.write(tableText(rows, columns));
};

/** One row of a table as names and values; what is empty is left out. */
export const fieldsOf = <Row>(columns: readonly Column<Row>[], row: Row): Readonly<Record<string, string>> => {
  const fields: Record<string, string> = {};
  for (const { title, text } of columns) {
    const value = text(row);
    if (value !== '') fields[title] = value;
  }
  return fields;
};

/** One thing: its fields, or one JSON document. */
export const printOne = (output: Output, fields: Readonly<Record<string, string>>, view: Plain): void => {
  output.write(output.json ? JSON.stringify(view) : fieldsText(fields));
};
