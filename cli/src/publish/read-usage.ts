import type { OutgoingEvent } from '@drawdown/cloudevents';
import { openFile, sourceOf, type FileFormat, type FileItem, type ItemFile } from './open-file.js';
import { readUsageCsv } from './read-usage-csv.js';
import { readUsageLines } from './read-usage-lines.js';

export type UsageItem = FileItem<OutgoingEvent>;

/** What the lines leave open. */
export interface UsageDefaults {
  /** CloudEvents type, where no column says it. */
  readonly type?: string;
  /** CloudEvents source, where no column says it. @default `/files/<file name>` */
  readonly source?: string;
  /** @default by the file's name; JSON Lines for standard input */
  readonly format?: FileFormat;
}

/**
 * Opens a file of usage, `-` being standard input. The same file gives the same events with the same ids every time, so publishing may be repeated
 * after a failure and counts nothing twice.
 * @throws Refusal `FILE_UNREADABLE`, `SOURCE_NEEDED`
 */
export const openUsage = (file: string, { type, source, format }: UsageDefaults): Promise<ItemFile<OutgoingEvent>> =>
  openFile(file, format, {
    csv: input => readUsageCsv(input, { source: sourceOf(file, source), ...(type === undefined ? {} : { type }) }),
    jsonl: readUsageLines,
  });
