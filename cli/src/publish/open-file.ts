import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Readable } from 'node:stream';
import { Refusal } from '@drawdown/errors';

/** What stands in one line of a file: an item, or what is wrong with it. */
export type FileItem<Item> =
  { readonly line: number; readonly item: Item } | { readonly line: number; readonly reason: string; readonly detail: string };

export type FileFormat = 'csv' | 'jsonl';

/** A file of items that is being read. */
export interface ItemFile<Item> {
  readonly items: AsyncIterable<FileItem<Item>>;
  /** Bytes; absent for standard input. */
  readonly size?: number;
  /** Bytes read so far. */
  readonly read: () => number;
}

/** How the two formats are read. */
export interface Readers<Item> {
  readonly csv: (input: Readable) => AsyncIterable<FileItem<Item>>;
  readonly jsonl: (input: Readable) => AsyncIterable<FileItem<Item>>;
}

/**
 * Opens a file, `-` being standard input. The format is by default that of the file's name; JSON Lines for standard input.
 * @throws Refusal `FILE_UNREADABLE`
 */
export const openFile = async <Item>(file: string, format: FileFormat | undefined, readers: Readers<Item>): Promise<ItemFile<Item>> => {
  const { input, size } = await open(file);
  let read = 0;
  input.on('data', (chunk: Buffer | string) => (read += chunk.length));
  input.pause();
  const items = readers[format ?? formatOf(file)](input);
  return { items, read: () => read, ...(size === undefined ? {} : { size }) };
};

const formatOf = (file: string): FileFormat => (extname(file).toLowerCase() === '.csv' ? 'csv' : 'jsonl');

/** Where events say that they come from when nothing else is said. @throws Refusal `SOURCE_NEEDED` */
export const sourceOf = (file: string, source: string | undefined): string => {
  if (source !== undefined) return source;
  if (file !== '-') return `/files/${basename(file)}`;
  throw new Refusal('SOURCE_NEEDED', 'standard input needs --source: ids are made of the source and the number of the line');
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
