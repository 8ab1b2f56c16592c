import { PARTITIONS } from '@drawdown/eventlog';
import { OperationsServiceService, type AuditProjectionResponse } from '@drawdown/proto';
import { eventually, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { deployEntitlements } from '../support/deployment.js';
import { currentCollections, currentGeneration, differencesOf, dumpReadModel, type ReadModelDump } from '../support/read-model-dump.js';
import { expectedUse, expectSameDocuments } from './agreement.js';
import { sampleTrace } from './trace.js';
import { NAMESPACE, World } from './world.js';

const CALLS = 1_500;
const MS_MAX = 90_000;
const REBUILD_MS_MAX = 60_000;
const PROJECTION = 'entitlements';

let deployment: TestDeployment;
let world: World;
let replica: ServiceProcess;
let operator: ServiceClient;
let before: ReadModelDump;

const begin = async (): Promise<void> => {
  replica = await deployment.start();
  await world.use(replica);
  operator = await deployment.clientOf(replica, NAMESPACE);
};

beforeAll(async () => {
  deployment = await deployEntitlements();
  world = new World(deployment, await sampleTrace({ calls: CALLS, nowMs: Date.now(), seed: 3 }));
  await begin();
  await world.open();
  await world.publish(world.trace.steps.slice(0, -4));
  await world.used();
  await replica.drain();
  before = await dumpReadModel(deployment.database());
  await begin();
}, MS_MAX);

afterAll(async () => deployment.close());

/** Whether the rebuild said at its end that the new generation is read. */
const rebuild = async (): Promise<boolean | undefined> => {
  const told = await operator.collect(OperationsServiceService.rebuild, { projection: PROJECTION }, REBUILD_MS_MAX);
  return told.at(-1)?.done;
};

const settled = (): Promise<true> =>
  eventually('the documents are those of before', async () =>
    differencesOf(before, await dumpReadModel(deployment.database())).length === 0 ? true : undefined,
  ).catch(async (error: unknown) => {
    expectSameDocuments(before, await dumpReadModel(deployment.database()));
    throw error;
  });

it(
  'folds everything again by itself when the database is emptied while it runs',
  async () => {
    const generation = await currentGeneration(deployment.database());
    await deployment.database().dropDatabase();
    await settled();
    expect(await currentGeneration(deployment.database())).not.toBe(generation);
    await world.used();
  },
  MS_MAX,
);

it(
  'folds everything again at start when the database was emptied while it was stopped',
  async () => {
    await replica.drain();
    await deployment.database().dropDatabase();
    await begin();
    await settled();
  },
  MS_MAX,
);

it(
  'has after a rebuild the documents of before, field by field, in another generation',
  async () => {
    const generation = await currentGeneration(deployment.database());
    expect(await rebuild()).toBe(true);
    expect(await currentGeneration(deployment.database())).not.toBe(generation);
    await settled();
  },
  MS_MAX,
);

/** What the audits of all partitions complain of. */
const audit = async (): Promise<AuditProjectionResponse['differences']> => {
  const differences = [];
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const request = { projection: PROJECTION, partition };
    differences.push(...(await operator.call(OperationsServiceService.auditProjection, request)).differences);
  }
  return differences;
};

it(
  'finds nothing to complain of in sound documents, and names the field of a damaged one',
  async () => {
    expect(await audit()).toEqual([]);
    const customers = deployment.database().collection((await currentCollections(deployment.database())).get('customers') ?? '');
    const damaged = await customers.findOneAndUpdate({ customer: 'cust-04' }, { $set: { usageSequence: 1 } });
    expect(await audit()).toMatchObject([{ collection: 'customers', documentId: String(damaged?._id), field: 'usageSequence' }]);
    expect(await rebuild()).toBe(true);
    await settled();
    expect(await audit()).toEqual([]);
  },
  MS_MAX,
);

it(
  'is rebuilt while usage keeps flowing, and lacks none of it',
  async () => {
    const flowing = world.publish(world.trace.steps.slice(-4));
    const [done] = await Promise.all([rebuild(), flowing]);
    expect(done).toBe(true);
    expect(await world.used()).toEqual(expectedUse(world));
  },
  MS_MAX,
);
