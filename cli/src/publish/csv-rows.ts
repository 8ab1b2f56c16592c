import { pipeline, type Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import type { FileItem } from './open-file.js';

/** One row under a row of titles: title → text. */
export type CsvRow = Readonly<Record<string, string>>;

interface CsvRecord {
  readonly record: CsvRow;
  readonly info: { readonly lines: number };
}

/** The rows of a file with their lines, the titles being line 1; a row that cannot be read is named, and the others go on. */
export async function* csvRows(input: Readable): AsyncGenerator<FileItem<CsvRow>> {
  const broken: FileItem<CsvRow>[] = [];
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
    const { record, info } = row as CsvRecord;
    yield { line: info.lines, item: record };
  }
  yield* broken.splice(0);
}
