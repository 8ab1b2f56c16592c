import { OperationsServiceService } from '@drawdown/proto/sessions';
import { eventually, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { deploySessions } from './deployment.js';
import { LiveVisitors } from './tell.js';
import { importedTrace, liveSessions, NAMESPACE } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

const SEED = 7;
const PARTS = 4;
/** Bounds what hangs: waiting for one answer alone may take half of it. */
const MS_MAX = 600_000;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await deploySessions();
});
afterAll(() => deployment.close());

/** All partitions have an owner among these, as the first of them sees it, and each of them has some. */
const shared = async (...among: readonly ServiceProcess[]): Promise<void> => {
  const [asked] = among;
  if (asked === undefined) return;
  const names = among.map(({ name }) => name).sort();
  const client = await deployment.clientOf(asked, NAMESPACE);
  await eventually(`partitions are shared by ${names.join(', ')}`, async () => {
    const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
    const owners = [...new Set(partitions.map(({ owner }) => owner))].sort();
    return JSON.stringify(owners) === JSON.stringify(names) ? true : undefined;
  });
  client.close();
};

it(
  'says the same when leases move: one replica is killed, one drained, one paused past its lease and woken',
  async () => {
    const trace = importedTrace({ seed: SEED, waves: 2, clientsPerWave: 18, groupsPerWave: 12, ...sourcesOf(deployment) });
    const perPart = Math.ceil(trace.inTime.length / PARTS);
    const part = (number: number) => trace.inTime.slice(number * perPart, (number + 1) * perPart);
    const world = new World(deployment);
    const [steady, killed] = [await deployment.start({ name: 'steady' }), await deployment.start({ name: 'killed' })];
    await world.use(steady);
    await world.open();
    await shared(steady, killed);
    const visitors = new LiveVisitors(world);
    visitors.begin();

    await world.publish(part(0));
    await killed.kill();
    await world.publish(part(1));

    const drained = await deployment.start({ name: 'drained' });
    await shared(steady, drained);
    await world.publish(part(2));
    expect(await drained.drain()).toBe(0);

    const paused = await deployment.start({ name: 'paused' });
    await shared(steady, paused);
    const published = world.publish(part(3));
    paused.pause();
    // Nobody can be told by the paused one: its leases end by the server's clock, and the other takes them.
    await shared(steady);
    await published;
    await world.untilClosed('web', trace.sessionsInTime);
    await world.publish(trace.late);
    // It goes on in the middle of whatever it did, as an owner that it no longer is.
    paused.wake();
    await shared(steady, paused);
    await visitors.end();
    await world.complete(trace.lanes);

    const expected = [...trace.expected, ...liveSessions(visitors.hits)];
    expect(await world.outcome(expected)).toEqual(outcomeOf(expected));
  },
  MS_MAX,
);
