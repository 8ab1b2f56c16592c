import { setTimeout as pause } from 'node:timers/promises';
import { status, type ServiceError } from '@grpc/grpc-js';
import { decodePosition } from '@drawdown/eventlog';
import { seededRandom, type ServiceClient, type TestDeployment } from '@drawdown/testing';
import { DIMENSIONS, of, reservedAt, type Pool } from '../../src/domain/index.js';
import { deployCapacity } from './deployment.js';
import { logOf, type Prefix } from './log.js';
import { World } from './world.js';

const SEED = 20_261_121;
const CLIENTS = 64;
const KILLS = 20;
/** Each life lasts at most this long. */
const LIFE_MS_MAX = 800;
const CUS_BOUGHT = 200_000;
const TOP_UP_CUS = 1_000;
const RUN_SECONDS = 1_000;
const THINKING_MS_MAX = 400;
const MS_MAX = 400_000;

/** A call as its caller saw it, from sending to the answer; `sequence` is where it was recorded. */
interface Seen {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly sequence: number;
}

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await deployCapacity();
});
afterAll(() => deployment.close());

const isNoRoom = (error: unknown): boolean => (error as Partial<ServiceError>).code === status.FAILED_PRECONDITION;

/** Replicas that are killed at moments which the seed chooses, so that one of them serves at any time. */
class Replicas {
  #clients: readonly ServiceClient[] = [];
  #turn = 0;

  /** Whoever serves now; both in turn. */
  client(): ServiceClient {
    this.#turn += 1;
    const client = this.#clients[this.#turn % this.#clients.length];
    if (client === undefined) throw new Error('nobody serves');
    return client;
  }

  async run(): Promise<void> {
    const random = seededRandom(SEED);
    let [first, second] = [await deployment.start(), await deployment.start()];
    await this.#use(first, second);
    for (let kill = 0; kill < KILLS; kill += 1) {
      // The next one comes up while the two live their last moments together.
      const next = deployment.spawn();
      await pause(random() * LIFE_MS_MAX);
      await first.kill();
      [first, second] = [second, next];
      await next.serving();
      await this.#use(first, second);
    }
  }

  async #use(...replicas: readonly Awaited<ReturnType<TestDeployment['start']>>[]): Promise<void> {
    this.#clients = await Promise.all(replicas.map(replica => deployment.clientOf(replica, 'acme', ['operator'])));
  }

  get isServing(): boolean {
    return this.#clients.length > 0;
  }
}

/** One of many clients that admit, start, stop and top up until they are told to end. */
const work = async (world: World, poolId: number, client: number, isOver: () => boolean, seen: Seen[]): Promise<void> => {
  const random = seededRandom(SEED + client);
  const sequenceOf = (position: string): number => decodePosition(position, deployment.incarnations.streams)[0]?.sequence ?? 0;
  const see = async (call: () => Promise<string>): Promise<boolean> => {
    const startedAtMs = performance.now();
    try {
      const position = await call();
      seen.push({ startedAtMs, endedAtMs: performance.now(), sequence: sequenceOf(position) });
      return true;
    } catch (error) {
      if (isNoRoom(error)) return false;
      throw error;
    }
  };
  for (let turn = 0; !isOver(); turn += 1) {
    // So that replicas that are being started find a processor, too.
    await pause(random() * THINKING_MS_MAX);
    const workloadId = client * 1_000_000 + turn + 1;
    if (!(await see(() => world.admit(poolId, workloadId, 1_000, RUN_SECONDS)))) continue;
    if (random() < 0.7) await see(() => world.activate(poolId, workloadId, 1_000));
    if (random() < 0.6) await see(() => world.release(poolId, workloadId));
    if (random() < 0.05) await world.buy(poolId, TOP_UP_CUS);
  }
};

const requireSound = (pool: Pool): void => {
  const reserved = reservedAt(pool, pool.asOf).amounts;
  for (const dimension of DIMENSIONS) {
    const left = of(pool.balance, dimension);
    expect(left >= 0).toBe(true);
    expect(of(reserved, dimension) <= left).toBe(true);
    expect(left <= of(pool.credited, dimension)).toBe(true);
  }
};

/** That an answer given before another call was made is recorded before it: the order that callers saw is that of the log. */
const requireLinear = (seen: readonly Seen[]): void => {
  const byEnd = seen.toSorted((left, right) => left.endedAtMs - right.endedAtMs);
  const byStart = seen.toSorted((left, right) => left.startedAtMs - right.startedAtMs);
  let ended = 0;
  let latest = 0;
  for (const { startedAtMs, sequence } of byStart) {
    for (let next = byEnd[ended]; next !== undefined && next.endedAtMs < startedAtMs; next = byEnd[ended]) {
      latest = Math.max(latest, next.sequence);
      ended += 1;
    }
    expect(sequence).toBeGreaterThanOrEqual(latest);
  }
};

const requireOnce = (log: readonly Prefix[]): void => {
  const ids = log.flatMap(({ decisions }) => decisions.map(({ commandId }) => commandId));
  expect(new Set(ids).size).toBe(ids.length);
  const credits = log.flatMap(({ decisions }) =>
    decisions.flatMap(({ events }) =>
      events.flatMap(event => (event.type === 'capacity-credited' && 'reservationId' in event.source ? [event.source.reservationId] : [])),
    ),
  );
  expect(new Set(credits).size).toBe(credits.length);
};

it(
  'gives 64 clients no more than there is, in one order, whatever replicas die: 20 kills',
  async () => {
    const replicas = new Replicas();
    const running = replicas.run();
    while (!replicas.isServing) await pause(50);
    const world = new World(() => replicas.client());
    await world.prepare();
    const { poolId } = await world.buy(0, CUS_BOUGHT);
    let isOver = false;
    const seen: Seen[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, client) => work(world, poolId, client + 1, () => isOver, seen));
    await running;
    isOver = true;
    await Promise.all(clients);
    const log = await logOf(deployment, poolId);
    for (const { states } of log) states.forEach(requireSound);
    requireOnce(log);
    requireLinear(seen);
    expect(seen.length).toBeGreaterThan(CLIENTS);
    const last = log.at(-1)?.states.at(-1);
    expect(await world.pool(poolId)).toMatchObject({ memberCount: last?.members.size, holdCount: last?.holds.size });
  },
  MS_MAX,
);
