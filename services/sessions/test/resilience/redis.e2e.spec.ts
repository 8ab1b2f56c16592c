import { setTimeout as pause } from 'node:timers/promises';
import { eventually, seededRandom, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { Redis } from 'ioredis';
import { OwnRedis } from '../redis/own-server.js';
import { deploySessions } from './deployment.js';
import { LiveVisitors } from './tell.js';
import { importedTrace, liveSessions, type Trace } from './trace.js';
import { outcomeOf, sourcesOf, World } from './world.js';

const SEED = 11;
const RESTARTS = 4;
const LIFE_MS_MAX = 800;
/** Bounds what hangs: waiting for one answer alone may take half of it. */
const MS_MAX = 600_000;
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];
const REBUILT = 'a lost state partition is read again';

let redis: OwnRedis;
let deployment: TestDeployment;
let world: World;
let visitors: LiveVisitors;
let trace: Trace;
let replica: ServiceProcess;

beforeEach(async () => {
  redis = await OwnRedis.start(...DURABLE);
  deployment = await deploySessions({ redisUrl: redis.url });
  trace = importedTrace({ seed: SEED, waves: 2, clientsPerWave: 12, groupsPerWave: 8, ...sourcesOf(deployment) });
  world = new World(deployment);
  visitors = new LiveVisitors(world);
  await startReplica();
  await world.open();
  visitors.begin();
});

afterEach(async () => {
  await visitors.end();
  await deployment.close();
  await redis.remove();
});

const startReplica = async (): Promise<void> => {
  replica = await deployment.start();
  await world.use(replica);
};

const empty = async (): Promise<void> => {
  const connection = new Redis(redis.url);
  await connection.flushall();
  await connection.quit();
};

const firstHalf = () => trace.inTime.slice(0, trace.inTime.length / 2);
const secondHalf = () => trace.inTime.slice(trace.inTime.length / 2);

/** The replica has noticed by itself that Redis knows less than it must, and reads it again. */
const noticed = (times: number): Promise<true> =>
  eventually('the loss is noticed', () => {
    const begun = replica.log.filter(({ message, step }) => message === REBUILT && step === 'done');
    return begun.length >= times ? true : undefined;
  });

const finish = async (): Promise<void> => {
  await visitors.end();
  await world.complete(trace.lanes);
  const expected = [...trace.expected, ...liveSessions(visitors.hits)];
  expect(await world.outcome(expected)).toEqual(outcomeOf(expected));
};

it(
  'goes on without loss when Redis is killed and started again on what it had synced',
  async () => {
    const random = seededRandom(SEED);
    const perLife = Math.ceil(trace.inTime.length / RESTARTS);
    for (let life = 0; life < RESTARTS; life += 1) {
      await world.publish(trace.inTime.slice(life * perLife, (life + 1) * perLife));
      await pause(random() * LIFE_MS_MAX);
      await redis.kill();
      await redis.startAgain();
    }
    await world.untilClosed('web', trace.sessionsInTime);
    await world.publish(trace.late);
    await finish();
    expect(replica.log.filter(({ message }) => message === REBUILT)).toEqual([]);
  },
  MS_MAX,
);

it(
  'rebuilds what is open, and remembers what is closed, when Redis is emptied while it runs',
  async () => {
    await world.publish(firstHalf());
    await empty();
    await noticed(1);
    await world.publish(secondHalf());
    await world.untilClosed('web', trace.sessionsInTime);
    await empty();
    await world.publish(trace.late);
    await finish();
  },
  MS_MAX,
);

it(
  'rebuilds when an empty Redis has taken the place of its own, while it runs and while it is stopped',
  async () => {
    await world.publish(firstHalf());
    await redis.replace();
    await noticed(1);
    await world.publish(secondHalf());
    await world.untilClosed('web', trace.sessionsInTime);
    await replica.kill();
    await redis.replace();
    await startReplica();
    await world.publish(trace.late);
    await finish();
  },
  MS_MAX,
);
