import { seededRandom, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { deployEntitlements } from '../support/deployment.js';
import { dumpReadModel } from '../support/read-model-dump.js';
import { expectedUse, expectSameDocuments, foldedAgain, outcomeOf, undisturbedOutcome } from './agreement.js';
import { sampleTrace, type Trace } from './trace.js';
import { World } from './world.js';

const SEED = 20_231_116;
const CALLS = 8_819;
const KILLS = 20;
/** A killed replica has lived at most this long after it began to serve; some die while they still open. */
const LIFE_MS_MAX = 800;
const OPENING_MS_MAX = 1_200;
const EARLY_SHARE = 0.25;
const MS_MAX = 420_000;

let disturbed: TestDeployment;
let undisturbed: TestDeployment;
let trace: Trace;

beforeAll(async () => {
  disturbed = await deployEntitlements();
  undisturbed = await deployEntitlements();
  trace = await sampleTrace({ calls: CALLS, nowMs: Date.now(), seed: SEED });
});

afterAll(async () => {
  await disturbed.close();
  await undisturbed.close();
});

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Publishes the trace and gives grants while the service is killed again and again; returns when all of it was answered. */
const tellWithKills = async (world: World): Promise<ServiceProcess> => {
  const random = seededRandom(SEED);
  const stepsPerLife = Math.ceil(trace.steps.length / (KILLS + 1));
  const commands: Promise<void>[] = [];
  for (let life = 0; life < KILLS; life += 1) {
    const steps = trace.steps.slice(life * stepsPerLife, (life + 1) * stepsPerLife);
    const replica = world.deployment.spawn();
    const publishing = world.publish(steps.slice(0, stepsPerLife / 2));
    const diesEarly = random() < EARLY_SHARE;
    if (!diesEarly) {
      await replica.serving();
      await world.use(replica);
      commands.push(world.grantMore(life));
    }
    // The seed chooses the moment; what is under way then is up to the machine.
    const moment = pause(random() * (diesEarly ? OPENING_MS_MAX : LIFE_MS_MAX));
    await Promise.all([publishing.then(() => world.publish(steps.slice(stepsPerLife / 2))), moment]);
    await replica.kill();
  }
  const last = await world.deployment.start();
  await world.use(last);
  await world.publish(trace.steps.slice(KILLS * stepsPerLife));
  await Promise.all(commands);
  return last;
};

it(
  'says after twenty kills exactly what a service says that nobody disturbed, and has the same documents',
  async () => {
    const world = new World(disturbed, trace);
    const first = await disturbed.start();
    await world.use(first);
    await world.open();
    await first.kill();
    const last = await tellWithKills(world);
    expect(await world.used()).toEqual(expectedUse(world));
    const told = await outcomeOf(world);
    await last.drain();
    const documents = await dumpReadModel(disturbed.database());
    expectSameDocuments(await foldedAgain(world), documents);

    const expected = await undisturbedOutcome(new World(undisturbed, trace), world.granted);
    expect(told).toEqual(expected);
  },
  MS_MAX,
);
