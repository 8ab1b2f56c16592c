import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulateEntitlementsLine } from '@drawdown/cli';
import { differences } from './agreement.js';

interface Vector {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly input: { readonly mode?: string };
  readonly expected: unknown;
}

const DATA = join(dirname(fileURLToPath(import.meta.url)), 'data');

const FILES = ['examples', 'checks', 'calendar', 'grants', 'runs', 'stories', 'corrected-quirks'] as const;

const readVectors = (file: string): Vector[] =>
  readFileSync(join(DATA, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Vector);

const answer = (vector: Vector): unknown => JSON.parse(simulateEntitlementsLine(JSON.stringify(vector.input)));

describe.each(FILES)('vectors of %s', file => {
  const vectors = readVectors(file);
  const ours = vectors.filter(({ input }) => input.mode !== 'reference');
  const reference = vectors.filter(({ input }) => input.mode === 'reference');

  it.each(ours.map(vector => [vector.name, vector] as const))('%s', (_name, vector) => {
    const approximate = vector.tags?.includes('Q12') ?? false;
    expect(differences(vector.expected, answer(vector), { approximate })).toEqual([]);
  });

  it('answers the mode of the reference as unsupported', () => {
    for (const vector of reference) expect(answer(vector)).toMatchObject({ error: { code: 'MODE_UNSUPPORTED' } });
  });
});
