import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulateSessionsLine } from '@drawdown/cli';
import { differences } from './agreement.js';

interface Vector {
  readonly name: string;
  readonly input: { readonly mode?: string };
  readonly expected: unknown;
}

const DATA = join(dirname(fileURLToPath(import.meta.url)), 'data');

const FILES = ['examples', 'streams', 'corrected', 'identifiers', 'split'] as const;

const readVectors = (file: string): Vector[] =>
  readFileSync(join(DATA, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Vector);

const answer = async (vector: Vector): Promise<unknown> => JSON.parse(await simulateSessionsLine(JSON.stringify(vector.input)));

describe.each(FILES)('vectors of %s', file => {
  const vectors = readVectors(file);
  const ours = vectors.filter(({ input }) => input.mode !== 'reference');
  const reference = vectors.filter(({ input }) => input.mode === 'reference');

  it.each(ours.map(vector => [vector.name, vector] as const))('%s', async (_name, vector) => {
    expect(differences(vector.expected, await answer(vector))).toEqual([]);
  });

  it('answers the mode of the reference as unsupported', async () => {
    for (const vector of reference) expect(await answer(vector)).toMatchObject({ error: { code: 'MODE_UNSUPPORTED' } });
  });
});
