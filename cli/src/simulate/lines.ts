import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/**
 * Reads lines and writes one answer for each, in order, as they come. A slow reader of the output holds the
 * input back, so memory stays bounded by one line.
 */
export const answerLines = async (input: Readable, output: Writable, answer: (line: string) => string | Promise<string>): Promise<void> => {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!output.write(`${await answer(line)}\n`)) await once(output, 'drain');
  }
};
