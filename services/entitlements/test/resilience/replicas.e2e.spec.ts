import { OperationsServiceService } from '@drawdown/proto';
import { eventually, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { deployEntitlements } from '../support/deployment.js';
import { dumpReadModel } from '../support/read-model-dump.js';
import { expectedUse, expectSameDocuments, foldedAgain, outcomeOf, undisturbedOutcome } from './agreement.js';
import { sampleTrace, type Trace } from './trace.js';
import { NAMESPACE, World } from './world.js';

const SEED = 7;
const CALLS = 4_000;
const PARTS = 5;
const MS_MAX = 180_000;

let moved: TestDeployment;
let still: TestDeployment;
let trace: Trace;

beforeAll(async () => {
  moved = await deployEntitlements();
  still = await deployEntitlements();
  trace = await sampleTrace({ calls: CALLS, nowMs: Date.now(), seed: SEED });
});

afterAll(async () => {
  await moved.close();
  await still.close();
});

/** By name of the owner, as this replica sees it: how many partitions each has. */
const sharesSeenBy = async (replica: ServiceProcess): Promise<ReadonlyMap<string, number>> => {
  const client = await moved.clientOf(replica, NAMESPACE);
  const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
  client.close();
  const shares = new Map<string, number>();
  for (const { owner } of partitions) shares.set(owner, (shares.get(owner) ?? 0) + 1);
  return shares;
};

/** All partitions have an owner among these, and each of them has some. */
const shared = (asked: ServiceProcess, among: readonly ServiceProcess[]): Promise<true> =>
  eventually(`partitions are shared by ${among.map(({ name }) => name).join(', ')}`, async () => {
    const shares = await sharesSeenBy(asked);
    const names = among.map(({ name }) => name);
    return shares.size === names.length && names.every(name => shares.has(name)) ? true : undefined;
  });

it(
  'says the same when leases move: one replica is killed, one drained, one paused past its lease and woken',
  async () => {
    const world = new World(moved, trace);
    const perPart = Math.ceil(trace.steps.length / PARTS);
    const part = (number: number) => trace.steps.slice(number * perPart, (number + 1) * perPart);
    const [steady, killed] = [await moved.start({ name: 'steady' }), await moved.start({ name: 'killed' })];
    await world.use(steady);
    await world.open();
    await shared(steady, [steady, killed]);

    const first = world.publish(part(0));
    await world.grantMore(1);
    await killed.kill();
    await Promise.all([first, world.grantMore(2)]);

    const drained = await moved.start({ name: 'drained' });
    await shared(steady, [steady, drained]);
    const second = world.publish(part(1));
    await world.grantMore(3);
    expect(await drained.drain()).toBe(0);
    await second;

    const paused = await moved.start({ name: 'paused' });
    await shared(steady, [steady, paused]);
    const third = world.publish(part(2));
    paused.pause();
    // Nobody can be told by the paused one: its leases end by the server's clock, and the other takes them.
    await shared(steady, [steady]);
    await Promise.all([third, world.publish(part(3)), world.grantMore(4)]);
    await world.used();
    paused.wake();
    await shared(steady, [steady, paused]);

    await Promise.all([world.publish(part(4)), world.grantMore(5)]);
    expect(await world.used()).toEqual(expectedUse(world));
    const told = await outcomeOf(world);
    await Promise.all([steady.drain(), paused.drain()]);
    const documents = await dumpReadModel(moved.database());
    expectSameDocuments(await foldedAgain(world), documents);
    const expected = await undisturbedOutcome(new World(still, trace), world.granted);
    expect(told).toEqual(expected);
  },
  MS_MAX,
);
