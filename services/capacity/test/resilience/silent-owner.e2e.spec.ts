import { OperationsServiceService, PoolsServiceService, ReservationsServiceService } from '@drawdown/proto/capacity';
import { mayBeRepeated, type Method, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { currentCollections } from '../support/read-model-dump.js';
import { deployCapacity } from './deployment.js';
import { folded, shared } from './settled.js';
import { World, type Bought } from './world.js';

const NAMESPACE = 'acme';
/** Longer than the test: nobody takes over from the silent owner. */
const LEASE_TTL_MS = 30_000;
const ASKED_MS_MAX = 4_000;
const CUS = 3_600;
const MS_MAX = 90_000;

let deployment: TestDeployment;
let silent: ServiceProcess;
let client: ServiceClient;
let world: World;

beforeAll(async () => {
  deployment = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
  const [asking, other] = await Promise.all([deployment.start({ name: 'asking' }), deployment.start({ name: 'silent' })]);
  silent = other;
  await shared(deployment, NAMESPACE, asking, silent);
  client = await deployment.clientOf(asking, NAMESPACE);
  world = new World(() => client);
  await world.prepare();
}, MS_MAX);
afterAll(async () => {
  silent.wake();
  await deployment.close();
});

/** A pool whose partition the other replica owns; its reservation lies there too, as it has the same number. */
const buyOfSilent = async (): Promise<Bought> => {
  const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
  const owners = new Map(partitions.map(({ number, owner }) => [number, owner]));
  for (;;) {
    const bought = await world.buy(0, CUS);
    const partition = deployment.subjects.parse(deployment.subjects.capacity('pool', String(bought.poolId)))?.partition;
    if (owners.get(partition ?? -1) === silent.name) return bought;
  }
};

const failureOf = <Request, Answer>(method: Method<Request, Answer>, request: Request): Promise<unknown> =>
  client.call(method, request, ASKED_MS_MAX).then(
    answer => answer,
    (error: unknown) => error,
  );

it(
  'lets the documents speak for a silent owner, decides nothing on them, and takes nothing that they lack for missing',
  async () => {
    const behind = await buyOfSilent();
    const stored = await buyOfSilent();
    await folded(client);
    silent.pause();
    const collections = await currentCollections(deployment.database());
    const remove = async (declared: string, id: string): Promise<void> => {
      const { deletedCount } = await deployment
        .database()
        .collection<{ _id: string }>(collections.get(declared) ?? '')
        .deleteOne({ _id: id });
      expect(deletedCount).toBe(1);
    };
    // As if the owner had recorded it and not come to store it.
    await remove('pools', String(behind.poolId).padStart(16, '0'));
    await remove('aggregate_snapshots', `pool/${String(behind.poolId).padStart(16, '0')}`);

    const ask = { withWorkloadIds: false, minPosition: '' };
    const answered = await client.call(PoolsServiceService.getPool, { ...ask, poolId: stored.poolId });
    expect(answered).toMatchObject({ pool: { poolId: stored.poolId }, freshness: { stale: true } });
    expect(mayBeRepeated(await failureOf(PoolsServiceService.getPool, { ...ask, poolId: behind.poolId }))).toBe(true);
    const paying = { ...world.identity(), reservationId: stored.reservationId };
    expect(mayBeRepeated(await failureOf(ReservationsServiceService.payReservation, paying))).toBe(true);
  },
  MS_MAX,
);
