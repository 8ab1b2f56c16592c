import { bucketNames } from '@drawdown/eventlog';
import { eventually, TcpGate, type TestDeployment } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { deployEntitlements } from '../support/deployment.js';
import { dumpReadModel } from '../support/read-model-dump.js';
import { expectedUse, expectSameDocuments, foldedAgain } from './agreement.js';
import { sampleTrace } from './trace.js';
import { World } from './world.js';

const CALLS = 1_500;
const MS_MAX = 300_000;
const NATS_PORT = 4_222;

let gate: TcpGate;
let deployment: TestDeployment;

beforeAll(async () => {
  const { hostname, port } = new URL(process.env.DRAWDOWN_NATS_URL ?? '');
  gate = await TcpGate.before(hostname, port === '' ? NATS_PORT : Number(port));
  deployment = await deployEntitlements();
});

afterAll(async () => {
  await deployment.close();
  await gate.close();
});

/** What the server knows of leases and members. */
const leasesHeld = async (): Promise<number> => {
  const manager = await jetstreamManager(deployment.nats);
  return (await manager.streams.info(`KV_${bucketNames(deployment.prefix).leases}`)).state.messages;
};

it(
  'loses its leases while NATS cannot be reached, takes them again afterwards, and has lost and doubled nothing',
  async () => {
    const world = new World(deployment, await sampleTrace({ calls: CALLS, nowMs: Date.now(), seed: 7 }));
    const replica = await deployment.start({ environment: { DRAWDOWN_NATS_URL: `nats://127.0.0.1:${gate.port}` } });
    await world.use(replica);
    await world.open();
    const half = Math.floor(world.trace.steps.length / 2);
    await world.publish(world.trace.steps.slice(0, half));
    gate.shut();
    await world.publish(world.trace.steps.slice(half));
    await eventually('every lease has expired at the server', async () => ((await leasesHeld()) === 0 ? true : undefined));
    gate.open();
    expect(await world.used()).toEqual(expectedUse(world));
    expect(replica.isRunning).toBe(true);
    await replica.drain();
    const documents = await dumpReadModel(deployment.database());
    expectSameDocuments(await foldedAgain(world), documents);
  },
  MS_MAX,
);
