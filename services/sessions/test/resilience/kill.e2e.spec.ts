import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, type TestDeployment } from '@drawdown/testing';
import { deploySessions } from './deployment.js';
import { LiveVisitors } from './tell.js';
import { importedTrace, liveSessions, type Trace } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

const SEED = 20_261_121;
const KILLS = 20;
/** The next life begins when the leases of the last one have expired. */
const LEASE_TTL_MS = 1_500;
/** A killed replica has lived at most this long after it began to serve; some die while they still open. */
const LIFE_MS_MAX = 1_200;
const OPENING_MS_MAX = 1_500;
const EARLY_SHARE = 0.25;
/** Between two parts, so that there is something to do in every life. */
const BETWEEN_PARTS_MS = 1_000;
/** Bounds what hangs: waiting for one answer alone may take a third of it. */
const MS_MAX = 900_000;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await deploySessions({ leaseTtlMs: LEASE_TTL_MS });
});
afterAll(() => deployment.close());

/** Lives and dies at moments that the seed chooses; what is under way then is up to the machine. */
const killAgainAndAgain = async (world: World): Promise<void> => {
  const random = seededRandom(SEED);
  for (let life = 0; life < KILLS; life += 1) {
    const replica = deployment.spawn();
    if (random() < EARLY_SHARE) {
      await pause(random() * OPENING_MS_MAX);
    } else {
      await replica.serving();
      await world.use(replica);
      await pause(random() * LIFE_MS_MAX);
    }
    await replica.kill();
  }
  await world.use(await deployment.start());
};

const tellSlowly = async (world: World, trace: Trace): Promise<void> => {
  for (const part of trace.inTime) {
    await world.publish([part]);
    await pause(BETWEEN_PARTS_MS);
  }
  await world.untilClosed('web', trace.sessionsInTime);
  for (const part of trace.late) {
    await world.publish([part]);
    await pause(BETWEEN_PARTS_MS);
  }
  await world.complete(trace.lanes);
};

it(
  'says after twenty kills what an undisturbed service says: no hit is lost or counted twice, and neither is usage',
  async () => {
    const trace = importedTrace({ seed: SEED, waves: 2, clientsPerWave: 18, groupsPerWave: 12, ...sourcesOf(deployment) });
    const world = new World(deployment);
    const first = await deployment.start();
    await world.use(first);
    await world.open();
    await first.kill();
    const visitors = new LiveVisitors(world);
    visitors.begin();
    await Promise.all([tellSlowly(world, trace), killAgainAndAgain(world).finally(() => visitors.end())]);
    const expected = [...trace.expected, ...liveSessions(visitors.hits)];
    expect(await world.outcome(expected)).toEqual(outcomeOf(expected));
  },
  MS_MAX,
);
