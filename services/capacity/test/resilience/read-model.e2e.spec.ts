import { PARTITIONS } from '@drawdown/eventlog';
import { OperationsServiceService, type AuditProjectionResponse } from '@drawdown/proto/capacity';
import { eventually, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { currentCollections, currentGeneration, differencesOf, dumpReadModel, type ReadModelDump } from '../support/read-model-dump.js';
import { deployCapacity } from './deployment.js';
import { folded, requireAgreement } from './settled.js';
import { World } from './world.js';

const NAMESPACE = 'acme';
const PROJECTION = 'capacity';
const LEASE_TTL_MS = 6_000;
const POOLS = 6;
/** More than a small pool has: its document is not written down whole with each change. */
const LARGE_POOL_WORKLOADS = 80;
const CUS = 1_000_000_000;
const MS_PER_SECOND = 1_000;
const MS_MAX = 120_000;

let deployment: TestDeployment;
let replica: ServiceProcess;
let client: ServiceClient;
let world: World;
let pools: readonly number[];
let before: ReadModelDump;

const begin = async (): Promise<void> => {
  replica = await deployment.start();
  client = await deployment.clientOf(replica, NAMESPACE, ['operator']);
};

/** Workloads that came, and some that left. @param from number of the first workload */
const work = async (from: number, count: number): Promise<void> => {
  for (let workloadId = from; workloadId < from + count; workloadId += 1) {
    const poolId = pools[workloadId % POOLS] ?? 0;
    await world.activate(poolId, workloadId, 500);
    if (workloadId % 3 === 0) await world.release(poolId, workloadId);
  }
};

beforeAll(async () => {
  deployment = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
  await begin();
  world = new World(() => client);
  await world.prepare();
  pools = (await Promise.all(Array.from({ length: POOLS }, () => world.buy(0, CUS)))).map(({ poolId }) => poolId);
  const [large = 0] = pools;
  await Promise.all(Array.from({ length: LARGE_POOL_WORKLOADS }, (_, index) => world.activate(large, 10_000 + index, 500)));
  await work(1, 60);
  await world.admit(large, 20_000, 500, 3_600);
  await folded(client);
  before = await dumpReadModel(deployment.database());
}, MS_MAX);
afterAll(() => deployment.close());

const differences = async (): Promise<string> =>
  differencesOf(before, await dumpReadModel(deployment.database()))
    .slice(0, 5)
    .join('\n');

/** Resolves when the documents are those of before; fails naming what is not. */
const restored = async (): Promise<void> => {
  const isRestored = async (): Promise<true | undefined> => ((await differences()) === '' ? true : undefined);
  await eventually('the documents are those of before', isRestored, MS_MAX / 2).catch(() => undefined);
  expect(await differences()).toBe('');
};

const rebuild = async (): Promise<boolean | undefined> => {
  const told = await client.collect(OperationsServiceService.rebuild, { projection: PROJECTION }, MS_MAX);
  return told.at(-1)?.done;
};

/** What the audits of all partitions complain of. */
const audit = async (): Promise<AuditProjectionResponse['differences']> => {
  const found: AuditProjectionResponse['differences'] = [];
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const request = { projection: PROJECTION, partition };
    found.push(...(await world.call(OperationsServiceService.auditProjection, request)).differences);
  }
  return found;
};

const nowSeconds = (): number => Math.floor(Date.now() / MS_PER_SECOND);

it(
  'finds nothing to complain of in sound documents, names the field of a damaged one, and mends it',
  async () => {
    expect(await audit()).toEqual([]);
    const collections = await currentCollections(deployment.database());
    const stored = (declared: string) =>
      deployment.database().collection<{ _id: string; partition: number }>(collections.get(declared) ?? '');
    const damaged = await stored('pools').findOneAndUpdate({}, { $set: { memberCount: 77 } });
    const lost = await stored('pool_members').findOneAndDelete({});
    const partitions = [damaged?.partition ?? -1, lost?.partition ?? -1];
    const complaints = await audit();
    expect(complaints).toContainEqual(
      expect.objectContaining({ collection: 'pools', documentId: damaged?._id, field: 'memberCount', stored: '"77"' }),
    );
    expect(complaints).toContainEqual(
      expect.objectContaining({ collection: 'pool_members', documentId: lost?._id, field: '', stored: '' }),
    );
    expect(complaints).toHaveLength(2);
    for (const partition of new Set(partitions)) {
      await world.call(OperationsServiceService.repairProjection, { projection: PROJECTION, partition });
    }
    expect(await audit()).toEqual([]);
    await restored();
  },
  MS_MAX,
);

it(
  'folds everything again by itself when the database is emptied while it runs',
  async () => {
    const generation = await currentGeneration(deployment.database());
    await deployment.database().dropDatabase();
    await restored();
    expect(await currentGeneration(deployment.database())).not.toBe(generation);
    await requireAgreement(deployment, [client], nowSeconds());
  },
  MS_MAX,
);

it(
  'folds everything again at start when the database was emptied while nobody served',
  async () => {
    await replica.drain();
    await deployment.database().dropDatabase();
    await begin();
    await restored();
    await requireAgreement(deployment, [client], nowSeconds());
  },
  MS_MAX,
);

it(
  'has after a rebuild the documents of before, field by field, in another generation, and lacks nothing of what came meanwhile',
  async () => {
    const generation = await currentGeneration(deployment.database());
    expect(await rebuild()).toBe(true);
    expect(await currentGeneration(deployment.database())).not.toBe(generation);
    await restored();
    const [done] = await Promise.all([rebuild(), work(1_000, 60)]);
    expect(done).toBe(true);
    await folded(client);
    expect(await audit()).toEqual([]);
    await requireAgreement(deployment, [client], nowSeconds());
  },
  MS_MAX,
);
