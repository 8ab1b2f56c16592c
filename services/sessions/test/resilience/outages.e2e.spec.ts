import { bucketNames } from '@drawdown/eventlog';
import { eventually, TcpGate, type TestDeployment } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { deploySessions } from './deployment.js';
import { LiveVisitors } from './tell.js';
import { importedTrace, liveSessions, type Trace } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

const SEED = 13;
/** Bounds what hangs: waiting for one answer alone may take half of it. */
const MS_MAX = 600_000;
const NATS_PORT = 4_222;

let gate: TcpGate;
let deployment: TestDeployment;
let world: World;
let visitors: LiveVisitors;
let trace: Trace;

beforeEach(async () => {
  const { hostname, port } = new URL(process.env['DRAWDOWN_NATS_URL'] ?? '');
  gate = await TcpGate.before(hostname, port === '' ? NATS_PORT : Number(port));
  deployment = await deploySessions();
  trace = importedTrace({ seed: SEED, waves: 2, clientsPerWave: 12, groupsPerWave: 8, ...sourcesOf(deployment) });
  world = new World(deployment);
  visitors = new LiveVisitors(world);
});

afterEach(async () => {
  await visitors.end();
  await deployment.close();
  await gate.close();
});

/** What the server knows of leases and members. */
const leasesHeld = async (): Promise<number> => {
  const manager = await jetstreamManager(deployment.nats);
  return (await manager.streams.info(`KV_${bucketNames(deployment.prefix).leases}`)).state.messages;
};

const firstHalf = () => trace.inTime.slice(0, trace.inTime.length / 2);
const secondHalf = () => trace.inTime.slice(trace.inTime.length / 2);

const finish = async (): Promise<void> => {
  await world.publish(trace.late);
  await visitors.end();
  await world.complete(trace.lanes);
  const expected = [...trace.expected, ...liveSessions(visitors.hits)];
  expect(await world.outcome(expected)).toEqual(outcomeOf(expected));
};

it(
  'loses its leases while NATS cannot be reached, takes them again afterwards, and has lost and doubled nothing',
  async () => {
    const replica = await deployment.start({ environment: { DRAWDOWN_NATS_URL: `nats://127.0.0.1:${gate.port}` } });
    await world.use(replica);
    await world.open();
    visitors.begin();
    await world.publish(firstHalf());
    gate.shut();
    await world.publish(secondHalf());
    await eventually('every lease has expired at the server', async () => ((await leasesHeld()) === 0 ? true : undefined));
    gate.open();
    await world.untilClosed('web', trace.sessionsInTime);
    await finish();
    expect(replica.isRunning).toBe(true);
  },
  MS_MAX,
);

it(
  'folds its documents again when MongoDB is emptied while it runs',
  async () => {
    await world.use(await deployment.start());
    await world.open();
    visitors.begin();
    await world.publish(firstHalf());
    await deployment.database().dropDatabase();
    await world.publish(secondHalf());
    await world.untilClosed('web', trace.sessionsInTime);
    await deployment.database().dropDatabase();
    await finish();
  },
  MS_MAX,
);
