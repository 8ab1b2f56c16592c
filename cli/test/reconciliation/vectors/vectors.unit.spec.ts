import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulateReconciliationLine } from '@drawdown/cli';

interface Vector {
  readonly name: string;
  readonly input: { readonly mode?: string };
  readonly expected: object;
}

const DATA = join(dirname(fileURLToPath(import.meta.url)), 'data');

const FILES = ['controller', 'goalstate', 'small'] as const;

const readVectors = (file: string): Vector[] =>
  readFileSync(join(DATA, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Vector);

const answer = (vector: Vector): Readonly<Record<string, unknown>> =>
  JSON.parse(simulateReconciliationLine(JSON.stringify(vector.input))) as Readonly<Record<string, unknown>>;

/** Only the code of an error is compared (FORMAT §1, §2.1), wherever one is. */
const withoutMessages = (value: unknown): unknown => {
  if (Array.isArray(value)) return (value as readonly unknown[]).map(withoutMessages);
  if (typeof value !== 'object' || value === null) return value;
  const { error, ...rest } = value as { readonly error?: unknown };
  const members = Object.entries(rest).map(([name, member]) => [name, withoutMessages(member)] as const);
  const code = typeof error === 'object' && error !== null ? { error: { code: (error as { readonly code?: unknown }).code } } : { error };
  return { ...Object.fromEntries(members), ...('error' in value && code) };
};

describe.each(FILES)('vectors of %s', file => {
  const vectors = readVectors(file);
  const ours = vectors.filter(({ input }) => input.mode !== 'reference');
  const reference = vectors.filter(({ input }) => input.mode === 'reference');

  it.each(ours.map(vector => [vector.name, vector] as const))('%s', (_name, vector) => {
    const given = answer(vector);
    for (const [name, expected] of Object.entries(vector.expected as Readonly<Record<string, unknown>>)) {
      const found: Readonly<Record<string, unknown>> = { [name]: withoutMessages(given[name]) };
      const wanted: Readonly<Record<string, unknown>> = { [name]: expected };
      expect(found).toEqual(wanted);
    }
  });

  it('answers the mode of the reference as unsupported', () => {
    for (const vector of reference) expect(answer(vector)).toMatchObject({ error: { code: 'MODE_UNSUPPORTED' } });
  });
});
