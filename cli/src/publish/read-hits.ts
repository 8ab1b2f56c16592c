import { basename, extname } from 'node:path';
import { openFile, sourceOf, type FileFormat, type FileItem, type ItemFile } from './open-file.js';
import type { OutgoingHit } from './hit.js';
import { readHitsCsv } from './read-hits-csv.js';
import { readHitLines } from './read-hit-lines.js';

export type HitItem = FileItem<OutgoingHit>;

/** What the lines leave open. */
export interface HitDefaults {
  readonly source?: string;
  readonly property?: string;
  /** Name of hits that have none. */
  readonly event: string;
  /** Begins the ids of rows that have none; the number of the line follows. @default the file's name without its ending, and `-` */
  readonly idPrefix?: string;
  /** Field → title of its column, where the two differ. */
  readonly columns: ReadonlyMap<string, string>;
  readonly format?: FileFormat;
}

/**
 * Opens a file of hits, `-` being standard input. The same file gives the same hits with the same ids every time, so publishing may be repeated after a
 * failure and counts nothing twice.
 * @throws Refusal `FILE_UNREADABLE`, `SOURCE_NEEDED`, `COLUMN_UNKNOWN`
 */
export const openHits = (file: string, defaults: HitDefaults): Promise<ItemFile<OutgoingHit>> => {
  const { property, event, columns, format } = defaults;
  const idPrefix = defaults.idPrefix ?? (file === '-' ? 'line-' : `${basename(file, extname(file))}-`);
  return openFile(file, format, {
    csv: input =>
      readHitsCsv(input, {
        source: sourceOf(file, defaults.source),
        event,
        idPrefix,
        columns,
        ...(property === undefined ? {} : { property }),
      }),
    jsonl: input => readHitLines(input, { event, ...(property === undefined ? {} : { property }) }),
  });
};
