import assert from 'node:assert/strict';
import { PoolsServiceService, WorkloadResult } from '@drawdown/proto/capacity';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { MongoClient } from 'mongodb';
import { onBed, type Bed } from '../bed/bed.js';
import { describeMachine, describeServers } from '../bed/circumstances.js';
import { describeCpu, readCpu, usedBetween } from '../bed/cpu-time.js';
import { describeTimes } from '../hits/quantiles.js';
import { findOneAndUpdate, rawPublish, type RawSide } from './raw.js';
import { Reporter } from './reports.js';
import { Shop } from './shop.js';

const POOLS = 1_000;
const CLIENTS = 64;
const OPERATIONS = 40_000;
const RAW_STEPS = 40_000;
const WARM_UP_OPERATIONS = 4_000;
/** More than any pool uses while it is measured, in unit-seconds. */
const CREDIT_CUS = 1_000_000_000;
const TOP_UP_CUS = 100;
const CAPACITY_STREAM = 'DRAWDOWN_CAPACITY';
const BATCH = 50;

/** What the clients did in one run. */
interface Run {
  readonly seconds: number;
  readonly operations: number;
  readonly latenciesMs: readonly number[];
}

/** Workloads of a client that run: what it may take away. */
interface Running {
  readonly poolId: number;
  readonly workloadId: number;
}

/** Steps that 64 clients take one after the other each, until all of them are taken. */
const together = async (steps: number, step: (client: number) => Promise<void>): Promise<Run> => {
  const latenciesMs: number[] = [];
  const startedAtMs = performance.now();
  let left = steps;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      while (left > 0) {
        left -= 1;
        const beganAtMs = performance.now();
        await step(client);
        latenciesMs.push(performance.now() - beganAtMs);
      }
    }),
  );
  return { seconds: (performance.now() - startedAtMs) / 1_000, operations: steps, latenciesMs };
};

/** Adds, removals and top-ups, 2 : 1 : 1, of pools that chance picks. */
class Workload {
  /** No workload of one run is another's. */
  static #workloads = 0;
  readonly #running: Running[][] = Array.from({ length: CLIENTS }, () => []);

  constructor(
    private readonly pools: readonly number[],
    private readonly reporters: readonly Reporter[],
    private readonly shop: Shop,
    /** Of eight steps, so many buy: 0 leaves adds and removals. */
    private readonly topUpsOfEight: number,
  ) {}

  async step(client: number): Promise<void> {
    const reporter = this.reporters[client];
    const running = this.#running[client];
    const poolId = this.pools[Math.floor(Math.random() * this.pools.length)];
    assert(reporter !== undefined && running !== undefined && poolId !== undefined);
    const kind = Math.floor(Math.random() * 8);
    if (kind < this.topUpsOfEight) {
      await this.shop.buy(poolId, TOP_UP_CUS);
      return;
    }
    const gone = kind < this.topUpsOfEight + 2 ? running.shift() : undefined;
    if (gone !== undefined) {
      await reporter.report({ ...gone, result: WorkloadResult.DELETED });
      return;
    }
    Workload.#workloads += 1;
    const added = { poolId, workloadId: Workload.#workloads };
    await reporter.report({ ...added, result: WorkloadResult.OK });
    running.push(added);
  }

  /** How many workloads run on each pool, as the clients know. */
  counts(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { poolId } of this.#running.flat()) counts.set(poolId, (counts.get(poolId) ?? 0) + 1);
    return counts;
  }
}

const describeRun = ({ seconds, operations, latenciesMs }: Run, name: string): string =>
  `  ${name}: ${(operations / seconds).toFixed(0)} operations/s; ${describeTimes(latenciesMs)}`;

/** `npm run bench -- pools`: durable decisions on pools through the whole service, beside the raw limits. */
export const runPools = (): Promise<void> =>
  onBed(
    'capacity',
    async bed => {
      const { say } = bed.launch;
      const shop = await Shop.open(bed.client);
      const pools = await openPools(shop, POOLS);
      const [hot = 0] = pools;
      const reporters = Array.from({ length: CLIENTS }, (_, client) => new Reporter(bed.address, bed.token, `bench-${String(client)}`));
      say(`\n${describeMachine()}\n${await describeServers(bed)}`);
      say(`${String(CLIENTS)} clients, one operation of each at a time, durable before its answer`);
      const sides = [
        { name: `${String(POOLS)} pools, add : remove : top-up = 2 : 1 : 1`, workload: new Workload(pools, reporters, shop, 2) },
        { name: `${String(POOLS)} pools, add : remove = 3 : 1`, workload: new Workload(pools, reporters, shop, 0) },
        { name: 'one hot pool, add : remove = 3 : 1', workload: new Workload([hot], reporters, shop, 0) },
      ];
      for (const { name, workload } of sides) await measureSide(bed, name, workload);
      for (const reporter of reporters) reporter.close();
      await checkPools(bed, pools, sides);
      await measureRaw(bed);
      say(describeMachine());
    },
    process.env,
    { DRAWDOWN_CAPACITY_FREE: 'true' },
  );

const openPools = async (shop: Shop, count: number): Promise<readonly number[]> => {
  const pools: number[] = [];
  while (pools.length < count) pools.push(...(await Promise.all(Array.from({ length: BATCH }, () => shop.buy(0, CREDIT_CUS)))));
  return pools;
};

const measureSide = async (bed: Bed, name: string, workload: Workload): Promise<void> => {
  const { say } = bed.launch;
  await together(WARM_UP_OPERATIONS, client => workload.step(client));
  const before = await readCpu(bed.processes);
  const own = process.cpuUsage();
  const messagesBefore = await messagesOf(bed);
  const run = await together(OPERATIONS, client => workload.step(client));
  const messages = (await messagesOf(bed)) - messagesBefore;
  const cpu = usedBetween(before, await readCpu(bed.processes));
  const { user, system } = process.cpuUsage(own);
  say(describeRun(run, name));
  say(`    messages of the log: ${(messages / run.seconds).toFixed(0)}/s`);
  say(`    CPU: ${describeCpu(cpu, OPERATIONS, 'operation')}, clients ${((user + system) / OPERATIONS).toFixed(1)} µs/operation`);
};

const messagesOf = async ({ natsUrl }: Bed): Promise<number> => {
  const nats = await connect({ servers: natsUrl });
  try {
    return (await (await jetstreamManager(nats)).streams.info(CAPACITY_STREAM)).state.last_seq;
  } finally {
    await nats.close();
  }
};

/** Nothing was oversubscribed, lost or doubled: every pool has the members that its clients know of, and has paid for all of them. */
const checkPools = async (bed: Bed, pools: readonly number[], sides: readonly { readonly workload: Workload }[]): Promise<void> => {
  const counts = sides.map(({ workload }) => workload.counts());
  for (const poolId of pools) {
    const { pool } = await bed.client.call(PoolsServiceService.getPool, { poolId, withWorkloadIds: false, minPosition: '' });
    const expected = counts.reduce((sum, known) => sum + (known.get(poolId) ?? 0), 0);
    assert.equal(pool?.memberCount, expected, `pool ${String(poolId)} has other members than its clients know`);
    assert.equal(pool.unfunded?.cu ?? '0', '0', `pool ${String(poolId)} was oversubscribed`);
  }
  bed.launch.say(`  ${String(pools.length)} pools read back: members as the clients know them, nothing oversubscribed`);
};

const measureRaw = async (bed: Bed): Promise<void> => {
  const nats = await connect({ servers: bed.natsUrl });
  const mongodb = await MongoClient.connect(bed.mongodbUrl);
  try {
    const publish = await rawPublish(nats, BYTES_OF_A_MESSAGE);
    const update = await findOneAndUpdate(mongodb, POOLS);
    await describeRaw(bed, publish, POOLS);
    await describeRaw(bed, update, POOLS);
    await describeRaw(bed, update, 1);
    await publish.tidy();
    await update.tidy();
  } finally {
    await nats.close();
    await mongodb.close();
  }
};

/** About what an add takes in the log, headers included. */
const BYTES_OF_A_MESSAGE = 620;

const describeRaw = async ({ launch }: Bed, { name, step }: RawSide, pools: number): Promise<void> => {
  const run = await together(RAW_STEPS, () => step(Math.floor(Math.random() * pools)));
  launch.say(describeRun(run, `${name}, ${String(pools)} ${pools === 1 ? 'hot pool' : 'pools'}`));
};
