import { eventually, mongodbUrl, type ServiceProcess, TcpGate, type TestDeployment } from '@drawdown/testing';
import { deployEntitlements } from '../support/deployment.js';
import { dumpReadModel } from '../support/read-model-dump.js';
import { expectedUse, expectSameDocuments, foldedAgain } from './agreement.js';
import { sampleTrace } from './trace.js';
import { World } from './world.js';

const CALLS = 1_500;
const MS_MAX = 300_000;
const MONGODB_PORT = 27_017;

let gate: TcpGate;
let deployment: TestDeployment;

beforeAll(async () => {
  const { hostname, port } = new URL(mongodbUrl());
  gate = await TcpGate.before(hostname, port === '' ? MONGODB_PORT : Number(port));
  deployment = await deployEntitlements({ mongodbUrl: `mongodb://127.0.0.1:${gate.port}/?directConnection=true` });
});

afterAll(async () => {
  await deployment.close();
  await gate.close();
});

/** The service says that a partition waits, and for what. */
const waits = (replica: ServiceProcess): Promise<true> =>
  eventually('a partition waits for the read model', () =>
    JSON.stringify(replica.log).includes('PROJECTION_UNAVAILABLE') ? true : undefined,
  );

it(
  'waits while MongoDB cannot be reached, goes on afterwards, and has lost and doubled nothing',
  async () => {
    const world = new World(deployment, await sampleTrace({ calls: CALLS, nowMs: Date.now(), seed: 5 }));
    const replica = await deployment.start();
    await world.use(replica);
    await world.open();
    const half = Math.floor(world.trace.steps.length / 2);
    await world.publish(world.trace.steps.slice(0, half));
    gate.shut();
    await world.publish(world.trace.steps.slice(half));
    await waits(replica);
    gate.open();
    expect(await world.used()).toEqual(expectedUse(world));
    expect(replica.isRunning).toBe(true);
    await replica.drain();
    const documents = await dumpReadModel(deployment.database());
    expectSameDocuments(await foldedAgain(world), documents);
  },
  MS_MAX,
);
