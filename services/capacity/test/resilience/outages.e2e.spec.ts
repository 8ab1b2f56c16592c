import { bucketNames } from '@drawdown/eventlog';
import { eventually, mongodbUrl, TcpGate, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { deployCapacity } from './deployment.js';
import { requireOnce } from './once.js';
import { requireDueFirst } from './order.js';
import { RepeatingWorld } from './repeating-world.js';
import { folded, requireAgreement } from './settled.js';
import { logsOf } from './whole-log.js';
import type { World } from './world.js';

const NAMESPACE = 'acme';
const NATS_PORT = 4_222;
const POOLS = 4;
const CUS = 1_000_000_000;
const MS_PER_SECOND = 1_000;
const MS_MAX = 120_000;

let natsGate: TcpGate;
let mongoGate: TcpGate;
let deployment: TestDeployment;
let replica: ServiceProcess;
let client: ServiceClient;
let world: World;
let pools: readonly number[];

const gateOf = (url: string, portDefault: number): Promise<TcpGate> => {
  const { hostname, port } = new URL(url);
  return TcpGate.before(hostname, port === '' ? portDefault : Number(port));
};

beforeAll(async () => {
  natsGate = await gateOf(process.env['DRAWDOWN_NATS_URL'] ?? '', NATS_PORT);
  mongoGate = await gateOf(mongodbUrl(), 27_017);
  deployment = await deployCapacity({ mongodbUrl: `mongodb://127.0.0.1:${mongoGate.port}` });
  replica = await deployment.start({ environment: { DRAWDOWN_NATS_URL: `nats://127.0.0.1:${natsGate.port}` } });
  client = await deployment.clientOf(replica, NAMESPACE, ['operator']);
  world = new RepeatingWorld(() => client);
  await world.prepare();
  pools = (await Promise.all(Array.from({ length: POOLS }, () => world.buy(0, CUS)))).map(({ poolId }) => poolId);
}, MS_MAX);
afterAll(async () => {
  await deployment.close();
  await natsGate.close();
  await mongoGate.close();
});

/** Workloads come to every pool, and half of them leave; each call is repeated until it is answered. */
const work = async (from: number, count: number): Promise<void> => {
  await Promise.all(
    pools.map(async (poolId, index) => {
      for (let turn = 0; turn < count; turn += 1) {
        const workloadId = from + index * count + turn;
        await world.activate(poolId, workloadId, 500);
        if (turn % 2 === 0) await world.release(poolId, workloadId);
      }
      await world.buy(poolId, 1_000);
    }),
  );
};

/** What the server knows of leases and members. */
const leasesHeld = async (): Promise<number> => {
  const manager = await jetstreamManager(deployment.nats);
  return (await manager.streams.info(`KV_${bucketNames(deployment.prefix).leases}`)).state.messages;
};

const requireSound = async (members: number): Promise<void> => {
  await folded(client);
  await requireAgreement(deployment, [client], Math.floor(Date.now() / MS_PER_SECOND));
  const logs = await logsOf(deployment);
  requireOnce(logs);
  for (const log of logs.values()) requireDueFirst(log);
  const states = [...logs.values()].map(log => log.at(-1)?.states.at(-1));
  expect(states.reduce((sum, state) => sum + (state?.members.size ?? 0), 0)).toBe(members);
  expect(replica.isRunning).toBe(true);
};

it(
  'loses its leases while NATS cannot be reached, takes them again afterwards, and has lost and doubled nothing',
  async () => {
    const working = work(1_000, 10);
    natsGate.shut();
    await eventually('every lease has expired at the server', async () => ((await leasesHeld()) === 0 ? true : undefined));
    natsGate.open();
    await working;
    await requireSound(POOLS * 5);
  },
  MS_MAX,
);

it(
  'stores what was decided while MongoDB could not be reached',
  async () => {
    const working = work(2_000, 10);
    mongoGate.shut();
    await eventually('something is decided meanwhile', () => world.activate(pools[0] ?? 0, 2_999, 500));
    mongoGate.open();
    await working;
    await requireSound(POOLS * 10 + 1);
  },
  MS_MAX,
);
