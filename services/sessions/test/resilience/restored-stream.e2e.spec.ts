import { renewIncarnations } from '@drawdown/eventlog';
import type { ServiceProcess, TestDeployment } from '@drawdown/testing';
import { OwnRedis } from '../redis/own-server.js';
import { deploySessions } from './deployment.js';
import { importedTrace, type Trace } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

const SEED = 17;
/** Bounds what hangs: waiting for one answer alone may take half of it. */
const MS_MAX = 600_000;
const REBUILT = 'a lost state partition is read again';

let redis: OwnRedis;
let deployment: TestDeployment;
let world: World;
let trace: Trace;

beforeEach(async () => {
  redis = await OwnRedis.start('--appendonly', 'yes', '--appendfsync', 'always');
  deployment = await deploySessions({ redisUrl: redis.url });
  trace = importedTrace({ seed: SEED, waves: 2, clientsPerWave: 12, groupsPerWave: 8, ...sourcesOf(deployment) });
  world = new World(deployment);
});

afterEach(async () => {
  await deployment.close();
  await redis.remove();
});

const startReplica = async (): Promise<ServiceProcess> => {
  const replica = await deployment.start();
  await world.use(replica);
  return replica;
};

it(
  'loses nothing and closes nothing twice when the streams are others and Redis is the same',
  async () => {
    const before = await startReplica();
    await world.open();
    await world.publish(trace.inTime.slice(0, trace.inTime.length / 2));
    await before.kill();
    await world.publish(trace.inTime.slice(trace.inTime.length / 2));

    await renewIncarnations(deployment.nats, {
      prefix: deployment.prefix,
      streams: ['hits', 'properties', 'sessions', 'usage', 'deadletters'],
      leaseTtlMs: deployment.leaseTtlMs,
    });
    const after = await startReplica();
    await world.untilClosed('web', trace.sessionsInTime);
    await world.publish(trace.late);
    await world.complete(trace.lanes);
    expect(await world.outcome(trace.expected)).toEqual(outcomeOf(trace.expected));
    expect(after.log.some(({ message }) => message === REBUILT)).toBe(true);
  },
  MS_MAX,
);
