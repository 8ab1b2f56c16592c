import { seededRandom, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { differencesOf, dumpReadModel } from '../support/read-model-dump.js';
import { deployCapacity } from './deployment.js';
import { creditedIn, requireOnce } from './once.js';
import { requireDueFirst } from './order.js';
import { RepeatingWorld } from './repeating-world.js';
import { folded, requireAgreement, shared } from './settled.js';
import { logsOf } from './whole-log.js';
import type { World } from './world.js';

const NAMESPACE = 'acme';
const SEED = 11;
const LEASE_TTL_MS = 3_000;
const POOLS = 6;
const CLIENTS = 6;
const CUS = 10_000_000;
const TOP_UP_CUS = 1_000;
const MS_PER_SECOND = 1_000;
const MS_MAX = 180_000;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
});
afterAll(() => deployment.close());

/** Whoever is asked, in turn. */
class Asked {
  #clients: readonly ServiceClient[] = [];
  #turn = 0;

  async use(...replicas: readonly ServiceProcess[]): Promise<void> {
    this.#clients = await Promise.all(replicas.map(replica => deployment.clientOf(replica, NAMESPACE, ['operator'])));
  }

  next(): ServiceClient {
    this.#turn += 1;
    const client = this.#clients[this.#turn % this.#clients.length];
    if (client === undefined) throw new Error('nobody is asked');
    return client;
  }
}

/** Starts and stops workloads and buys until it is told to end. @returns the reservations that were paid, as the buyer was told */
const trade = async (world: World, pools: readonly number[], client: number, isOver: () => boolean): Promise<readonly number[]> => {
  const random = seededRandom(SEED + client);
  const paid: number[] = [];
  for (let turn = 1; !isOver(); turn += 1) {
    const poolId = pools[Math.floor(random() * pools.length)] ?? 0;
    const workloadId = client * 1_000_000 + turn;
    await world.activate(poolId, workloadId, 500);
    if (random() < 0.7) await world.release(poolId, workloadId);
    if (random() < 0.2) paid.push((await world.buy(poolId, TOP_UP_CUS)).reservationId);
  }
  return paid;
};

it(
  'says the same everywhere when leases move: one replica is killed, one drained, one paused past its lease and woken',
  async () => {
    const [steady, killed] = [await deployment.start({ name: 'steady' }), await deployment.start({ name: 'killed' })];
    const asked = new Asked();
    await asked.use(steady, killed);
    const world = new RepeatingWorld(() => asked.next());
    await world.prepare();
    const bought = await Promise.all(Array.from({ length: POOLS }, () => world.buy(0, CUS)));
    const pools = bought.map(({ poolId }) => poolId);
    await shared(deployment, NAMESPACE, steady, killed);
    let isOver = false;
    const trading = Array.from({ length: CLIENTS }, (_, client) => trade(world, pools, client + 1, () => isOver));

    await asked.use(steady);
    await killed.kill();
    const drained = await deployment.start({ name: 'drained' });
    await shared(deployment, NAMESPACE, steady, drained);
    await asked.use(steady, drained);
    await asked.use(steady);
    expect(await drained.drain()).toBe(0);

    const paused = await deployment.start({ name: 'paused' });
    await shared(deployment, NAMESPACE, steady, paused);
    await asked.use(steady, paused);
    paused.pause();
    await asked.use(steady);
    // Nobody can be told by the paused one: its leases end by the server's clock, and the other takes them.
    await shared(deployment, NAMESPACE, steady);
    // It goes on in the middle of whatever it did, as an owner that it no longer is.
    paused.wake();
    await shared(deployment, NAMESPACE, steady, paused);
    isOver = true;
    const paid = [...bought.map(({ reservationId }) => reservationId), ...(await Promise.all(trading)).flat()];

    const clients = [await deployment.clientOf(steady, NAMESPACE), await deployment.clientOf(paused, NAMESPACE)];
    await folded(clients[0] as ServiceClient);
    await requireAgreement(deployment, clients, Math.floor(Date.now() / MS_PER_SECOND));
    const logs = await logsOf(deployment);
    requireOnce(logs);
    for (const log of logs.values()) requireDueFirst(log);
    expect([...logs.values()].flatMap(creditedIn).sort()).toEqual(paid.sort());

    await Promise.all([steady.drain(), paused.drain()]);
    const database = `${deployment.prefix}-again`;
    const again = await deployment.start({ database });
    await folded(await deployment.clientOf(again, NAMESPACE));
    await again.drain();
    const differences = differencesOf(await dumpReadModel(deployment.database(database)), await dumpReadModel(deployment.database()));
    expect(differences.slice(0, 5).join('\n')).toBe('');
  },
  MS_MAX,
);
