import fc from 'fast-check';
import { World } from './given.js';
import { arbitraryScenario } from './scenarios/arbitrary.js';
import { RedisScenario } from './scenarios/play-on-redis.js';
import { PortableScenario } from './scenarios/play-portable.js';
import type { Scenario, ScenarioResult } from './scenarios/scenario.js';
import { sessionsOf } from './scenarios/sessions-of.js';

/** `npm run soak -- sessions` asks for more. */
const RUNS = Number(process.env['DRAWDOWN_SOAK_RUNS'] ?? 40);
/** Runs wait for the server's disk most of the time. */
const AT_ONCE = 4;
const RUN_MS_MAX = 2_000;

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
    const prefix = `${world.prefix}:${String(runs)}`;
    const onRedis = await new RedisScenario(world.redis, prefix, scenario).play();
    const portable = await new PortableScenario(scenario).play();
    expect(shown(scenario, onRedis)).toEqual(shown(scenario, portable));
    await world.drop(`${prefix}:`);
  };

  it.each([
    ['one client at a time', false],
    ['clients that join', true],
  ])(
    'agree on random runs of %s',
    async (_name, joins) => {
      const numRuns = Math.ceil(RUNS / AT_ONCE);
      const property = fc.asyncProperty(arbitraryScenario(joins), agree);
      await Promise.all(Array.from({ length: AT_ONCE }, () => fc.assert(property, { numRuns })));
    },
    RUN_MS_MAX * RUNS,
  );
});
