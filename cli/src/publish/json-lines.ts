import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { decode, STRUCTURED_JSON, type CloudEvent } from '@drawdown/cloudevents';
import type { FileItem } from './open-file.js';

const HEADERS = new Map([['content-type', STRUCTURED_JSON]]);

/** One CloudEvent in its JSON form a line; empty lines are passed over. */
export async function* cloudEventLines(input: Readable): AsyncGenerator<FileItem<CloudEvent>> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() !== '') yield { line, ...readLine(text) };
  }
}

const readLine = (text: string): { readonly item: CloudEvent } | { readonly reason: string; readonly detail: string } => {
  const decoded = decode(HEADERS, Buffer.from(text));
  if (!decoded.ok) return decoded;
  const [result] = decoded.results;
  if (result === undefined) return { reason: 'UNPARSABLE', detail: 'there is no event in the line' };
  return result.ok ? { item: result.event } : result;
};
