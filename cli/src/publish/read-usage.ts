import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Readable } from 'node:stream';
import type { OutgoingEvent } from '@drawdown/cloudevents';
import { Refusal } from '@drawdown/errors';
import { readCsv } from './read-csv.js';
import { readJsonLines } from './read-json-lines.js';

/** What stands in one line of a file: an event, or what is wrong with it. */
export type UsageItem =
  { readonly line: number; readonly event: OutgoingEvent } | { readonly line: number; readonly reason: string; readonly detail: string };

export type UsageFormat = 'csv' | 'jsonl';

/** What the lines leave open. */
export interface UsageDefaults {
  /** CloudEvents type, where no column says it. */
  readonly type?: string;
  /** CloudEvents source, where no column says it. @default `/files/<file name>` */
  readonly source?: string;
  /** @default by the file's name; JSON Lines for standard input */
  readonly format?: UsageFormat;
}

export interface UsageFile {
  readonly items: AsyncIterable<UsageItem>;
  /** Bytes; absent for standard input. */
  readonly size?: number;
  /** Bytes read so far. */
  readonly read: () => number;
}

/**
 * Opens a file of usage, `-` being standard input. The same file gives the same events with the same ids every time, so publishing may be repeated
 * after a failure and counts nothing twice.
 * @throws Refusal `FILE_UNREADABLE`, `SOURCE_NEEDED`
 */
export const openUsage = async (file: string, defaults: UsageDefaults): Promise<UsageFile> => {
  const { input, size } = await open(file);
  let read = 0;
  input.on('data', (chunk: Buffer | string) => (read += chunk.length));
  input.pause();
  const format = defaults.format ?? (extname(file).toLowerCase() === '.csv' ? 'csv' : 'jsonl');
  const items = format === 'csv' ? readCsv(input, csvOptions(file, defaults)) : readJsonLines(input);
  return { items, read: () => read, ...(size === undefined ? {} : { size }) };
};

const csvOptions = (file: string, { type, source }: UsageDefaults) => {
  if (file === '-' && source === undefined) {
    throw new Refusal('SOURCE_NEEDED', 'CSV from standard input needs --source: ids are made of the source and the number of the line');
  }
  return { source: source ?? `/files/${basename(file)}`, ...(type === undefined ? {} : { type }) };
};

const open = async (file: string): Promise<{ readonly input: Readable; readonly size?: number }> => {
  if (file === '-') return { input: process.stdin };
  try {
    const { size } = await stat(file);
    return { input: createReadStream(file), size };
  } catch (error) {
    throw new Refusal('FILE_UNREADABLE', error instanceof Error ? error.message : String(error), { file }, [], { cause: error });
  }
};
