import { status, type ServiceError } from '@grpc/grpc-js';
import { PoolsServiceService, ReservationsServiceService } from '@drawdown/proto/capacity';
import type { ServiceClient, ServiceProcess, TestDeployment } from '@drawdown/testing';
import { deployCapacity } from './deployment.js';
import { logOf } from './log.js';
import { creditedIn, requireOnce } from './once.js';
import { requireAgreement, shared } from './settled.js';
import { logsOf } from './whole-log.js';
import { World } from './world.js';

const NAMESPACE = 'acme';
const ADMISSIONS = 100;
/** Each wants 1 CU for 1,000 s, and there is room for so many. */
const RUN_SECONDS = 1_000;
const ROOM = 37;
const LARGE_POOL_WORKLOADS = 10_000;
const CALLS_AT_ONCE = 200;
const MS_PER_SECOND = 1_000;
const MS_MAX = 180_000;

let deployment: TestDeployment;
let replicas: readonly ServiceProcess[];
let clients: readonly ServiceClient[];
let world: World;
let turn = 0;

/** Whoever is asked, in turn. */
const nextClient = (): ServiceClient => {
  turn += 1;
  return clients[turn % clients.length] as ServiceClient;
};

beforeAll(async () => {
  deployment = await deployCapacity({ leaseTtlMs: 6_000 });
  replicas = await Promise.all([deployment.start(), deployment.start()]);
  await shared(deployment, NAMESPACE, ...replicas);
  clients = await Promise.all(replicas.map(replica => deployment.clientOf(replica, NAMESPACE, ['operator'])));
  world = new World(nextClient);
  await world.prepare();
}, MS_MAX);
afterAll(() => deployment.close());

/** Whether there was room. */
const admit = async (poolId: number, workloadId: number): Promise<boolean> => {
  try {
    await world.admit(poolId, workloadId, 1_000, RUN_SECONDS);
    return true;
  } catch (error) {
    expect((error as Partial<ServiceError>).code).toBe(status.FAILED_PRECONDITION);
    return false;
  }
};

it(
  'admits as many of 100 at once as one after the other',
  async () => {
    const [together, serial] = await Promise.all([world.buy(0, ROOM * RUN_SECONDS), world.buy(0, ROOM * RUN_SECONDS)]);
    const workloads = Array.from({ length: ADMISSIONS }, (_, index) => index + 1);
    const parallel = await Promise.all(workloads.map(workloadId => admit(together.poolId, workloadId)));
    let admitted = 0;
    for (const workloadId of workloads) if (await admit(serial.poolId, workloadId)) admitted += 1;
    expect(parallel.filter(isAdmitted => isAdmitted)).toHaveLength(ROOM);
    expect(admitted).toBe(ROOM);
    expect(await world.pool(together.poolId)).toMatchObject({ holdCount: ROOM });
  },
  MS_MAX,
);

it(
  'keeps the nodes of both of two purchases that were made before either was paid',
  async () => {
    const buyer = new World(nextClient, 12);
    await buyer.register();
    const { poolId, reservationId } = await buyer.order(0, 1_000, 0, ['node-1']);
    const first = await buyer.order(poolId, 1_000, 0, ['node-1', 'node-2']);
    const second = await buyer.order(poolId, 1_000, 0, ['node-1', 'node-3']);
    const plain = await buyer.order(poolId, 500, 0, ['node-1']);
    await buyer.deposit();
    await Promise.all([reservationId, first.reservationId, second.reservationId, plain.reservationId].map(each => buyer.pay(each)));
    const pool = await world.pool(poolId);
    expect({ ...pool, nodeIds: [...pool.nodeIds].sort() }).toMatchObject({
      nodeIds: ['node-1', 'node-2', 'node-3'],
      credited: { cu: '3500000' },
    });
  },
  MS_MAX,
);

it(
  'records what is delivered many times over once',
  async () => {
    const { poolId, reservationId } = await world.buy(0, 1_000);
    const pay = { ...world.identity(), reservationId };
    await Promise.all(Array.from({ length: 20 }, () => world.call(ReservationsServiceService.payReservation, pay)));
    await Promise.all(Array.from({ length: 20 }, () => world.pay(reservationId)));
    await Promise.all(Array.from({ length: 20 }, () => world.activate(poolId, 7, 500)));
    const log = await logOf(deployment, poolId);
    expect(creditedIn(log)).toEqual([reservationId]);
    const types = log.flatMap(({ decisions }) => decisions.flatMap(({ events }) => events.map(({ type }) => type)));
    expect(types.filter(type => type === 'workload-activated')).toHaveLength(1);
    requireOnce(await logsOf(deployment));
  },
  MS_MAX,
);

it(
  'keeps 10,000 workloads in one pool, lets half of them go, and has the others after a restart',
  async () => {
    const { poolId } = await world.buy(0, 9_000_000_000);
    const numbers = Array.from({ length: LARGE_POOL_WORKLOADS }, (_, index) => index + 1);
    const inGroups = async (ids: readonly number[], call: (id: number) => Promise<unknown>): Promise<void> => {
      for (let at = 0; at < ids.length; at += CALLS_AT_ONCE) await Promise.all(ids.slice(at, at + CALLS_AT_ONCE).map(call));
    };
    await inGroups(numbers, id => world.activate(poolId, id, 500));
    const leaving = numbers.filter(id => id % 2 === 0);
    await inGroups(leaving, id => world.release(poolId, id));
    expect(await world.pool(poolId)).toMatchObject({ memberCount: LARGE_POOL_WORKLOADS / 2, active: { cu: '2500000' } });

    await Promise.all(replicas.map(replica => replica.kill()));
    const next = await deployment.start();
    clients = [await deployment.clientOf(next, NAMESPACE, ['operator'])];
    await requireAgreement(deployment, clients, Math.floor(Date.now() / MS_PER_SECOND));
    const staying: number[] = [];
    let pageToken = '';
    do {
      const page = await world.call(PoolsServiceService.listPoolMembers, {
        poolId,
        states: [],
        pageSize: 1_000,
        pageToken,
        minPosition: '',
      });
      staying.push(...page.members.filter(({ until }) => until === 0).map(({ workloadId }) => workloadId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(staying).toHaveLength(LARGE_POOL_WORKLOADS / 2);
    await world.release(poolId, 1);
    expect(await world.pool(poolId)).toMatchObject({ memberCount: LARGE_POOL_WORKLOADS / 2 - 1 });
  },
  MS_MAX,
);
