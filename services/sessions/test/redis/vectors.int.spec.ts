import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { World } from './given.js';
import { RedisScenario } from './scenarios/play-on-redis.js';
import type { Scenario } from './scenarios/scenario.js';
import { sessionsOf, type ScenarioSession } from './scenarios/sessions-of.js';

interface Expected {
  readonly error?: string;
  readonly sessions: readonly ScenarioSession[];
  readonly open: readonly { readonly authoritativeClientId?: string; readonly hits: readonly string[]; readonly expiryBucket: number }[];
  readonly outcomes?: readonly string[];
  readonly nextBucket: number | null;
  readonly watermark?: number | null;
}

interface Vector {
  readonly name: string;
  readonly input: Scenario;
  readonly expected: Expected;
}

/** The vectors of the command line's simulator: one set of expectations for both engines. */
const DATA = join(dirname(fileURLToPath(import.meta.url)), '../../../../cli/test/sessions/vectors/data');

const vectorsOf = (file: string): readonly Vector[] =>
  readFileSync(join(DATA, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Vector)
    .filter(({ input, expected }) => input.mode === 'corrected' && expected.error === undefined);

describe.each(['examples', 'streams', 'corrected', 'identifiers', 'split'])('Vectors of %s on Redis', file => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it.each(vectorsOf(file).map(vector => [vector.name, vector] as const))('%s', async (_name, { input, expected }) => {
    const result = await new RedisScenario(world.redis, world.prefix, input).play();
    expect(sessionsOf(input, result.closes)).toEqual(expected.sessions.map(session => expect.objectContaining(session) as unknown));
    expect([...result.open].sort(byHits)).toEqual([...expected.open].sort(byHits).map(open => expect.objectContaining(open) as unknown));
    expect(result.nextBucket).toBe(expected.nextBucket);
    if (expected.outcomes !== undefined) expect(result.outcomes).toEqual(expected.outcomes);
    if (expected.watermark !== undefined) expect(result.watermark).toBe(expected.watermark);
  });
});

const byHits = (a: { readonly hits: readonly string[] }, b: { readonly hits: readonly string[] }): number =>
  (a.hits[0] ?? '') < (b.hits[0] ?? '') ? -1 : 1;
