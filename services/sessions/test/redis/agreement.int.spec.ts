import fc from 'fast-check';
import { World } from './given.js';
import { arbitraryScenario } from './scenarios/arbitrary.js';
import { RedisScenario } from './scenarios/play-on-redis.js';
import { PortableScenario } from './scenarios/play-portable.js';
import type { Scenario, ScenarioResult } from './scenarios/scenario.js';
import { sessionsOf } from './scenarios/sessions-of.js';

/** `npm run soak -- sessions` asks for more. */
const RUNS = Number(process.env['DRAWDOWN_SOAK_RUNS'] ?? 30);

/** Sets, where the engines have orders of their own: capped closes of one task, open sessions. */
const shown = (scenario: Scenario, result: ScenarioResult): unknown => ({
  ...result,
  closes: sessionsOf(scenario, result.closes)
    .map(close => JSON.stringify(close))
    .sort(),
  open: result.open.map(open => JSON.stringify(open)).sort(),
});

describe('Redis and portable engine (sessions §17, 9)', () => {
  let world: World;
  let runs = 0;
  beforeAll(() => {
    world = new World();
  });
  afterAll(() => world.close());

  const agree = async (scenario: Scenario): Promise<void> => {
    runs += 1;
    const onRedis = await new RedisScenario(world.redis, `${world.prefix}:${String(runs)}`, scenario).play();
    const portable = await new PortableScenario(scenario).play();
    expect(shown(scenario, onRedis)).toEqual(shown(scenario, portable));
    await world.drop(`${world.prefix}:${String(runs)}:`);
  };

  it.each([
    ['without joins, with caps', false],
    ['with joins', true],
  ])('agree on random runs %s', async (_name, joins) => {
    await fc.assert(fc.asyncProperty(arbitraryScenario(joins), agree), { numRuns: RUNS });
  });
});
