import type { MongoCapacityStore } from '../../src/adapters/mongo/partition-store.js';
import { numberId } from '../../src/adapters/mongo/ids.js';
import { mongoQueries } from '../../src/adapters/mongo/queries/capacity-queries.js';
import type { CapacityQueries, DepletionPlace, FoundPage, PageWanted, StayPlace } from '../../src/application/queries/ports.js';
import type { Image } from '../../src/application/store.js';
import type { Farm, Node, Party, Reservation } from '../../src/domain/index.js';
import { PoolHistory, sequences, T, type OpeningOptions } from './pool-history.js';
import { StoreWorld } from './store-world.js';

const everything = { limit: 1_000, after: undefined };

/** All items of a list, page by page. */
const paged = async <Item, Place>(limit: number, page: (wanted: PageWanted<Place>) => Promise<FoundPage<Item, Place>>): Promise<Item[]> => {
  const items: Item[] = [];
  let after: Place | undefined;
  do {
    const found = await page({ limit, after });
    expect(found.items.length).toBeLessThanOrEqual(limit);
    items.push(...found.items);
    after = found.next;
  } while (after !== undefined);
  return items;
};

describe('lists of pools', () => {
  const nextSequence = sequences();
  let world: StoreWorld;
  let store: MongoCapacityStore;
  let queries: CapacityQueries;

  beforeAll(async () => {
    world = await StoreWorld.open();
    store = await world.store();
    queries = mongoQueries({ readModel: () => world.readModel, incarnation: 'test', nowMs: () => T * 1_000 });
    // Ids of different lengths, so that their order as texts would be another one.
    await open(2, { owner: 20 }, history => history.credit(100_000).activate(1, 1_000, T, 'n1'));
    await open(10, { owner: 20, sponsor: 7 }, history => history.credit(100_000).activate(1, 1_000, T, 'n1').activate(5, 0, T, 'n2'));
    await open(9, { owner: 20 }, history =>
      history
        .credit(50_000)
        .activate(3, 1_000, T, 'n2')
        .release(3, T + 10),
    );
    await open(100, { owner: 21 }, history =>
      history
        .credit(50_000)
        .activate(1, 1_000, T, 'n2')
        .activate(2, 1_000, T + 10, 'n1'),
    );
    await open(11, { owner: 20, namespace: 'other' }, history => history.credit(100_000).activate(1, 1_000, T, 'n1'));
  });
  afterAll(() => world.close());

  const open = async (poolId: number, options: OpeningOptions, fill: (history: PoolHistory) => PoolHistory): Promise<void> => {
    await store.flush([fill(PoolHistory.opened(poolId, nextSequence, options)).image()]);
  };

  const ids = (items: readonly { readonly id: number }[]): number[] => items.map(({ id }) => id);

  it('of an owner come by id, in one namespace, in pages of any size, and not at all for a stranger', async () => {
    for (const limit of [1, 2, 3, 100]) {
      expect(ids(await paged(limit, (page: PageWanted<number>) => queries.poolsOfOwner('acme', 20, T, page)))).toEqual([2, 9, 10]);
    }
    expect(ids((await queries.poolsOfOwner('other', 20, T, everything)).items)).toEqual([11]);
    expect(await queries.poolsOfOwner('acme', 99, T, everything)).toEqual({ items: [], next: undefined });
  });

  it('are settled to the instant asked for, and say how many workloads they have', async () => {
    const [pool] = (await queries.poolsOfOwner('acme', 21, T + 20, everything)).items;
    expect(pool).toMatchObject({
      id: 100,
      balance: [20_000, 50_000, 50_000],
      rates: [2_000, 0, 0],
      asOf: T + 20,
      emptyAt: T + 30,
      emptyDimension: 'cu',
      status: 'active',
      memberCount: 2,
      holdCount: 0,
    });
  });

  it('that are empty come by instant and then by id, the instant itself included', async () => {
    for (const limit of [1, 100]) {
      expect(ids(await paged(limit, (page: PageWanted<DepletionPlace>) => queries.expiredBy('acme', T + 100, T, page)))).toEqual([
        100, 2, 10,
      ]);
    }
    expect(ids((await queries.expiredBy('acme', T + 99, T, everything)).items)).toEqual([100]);
    expect(ids((await queries.expiredBy('acme', T + 29, T, everything)).items)).toEqual([]);
  });

  it('that empty next come strictly after the instant, the smaller id first, and idle ones last', async () => {
    expect((await queries.nextAfter('acme', T, T))?.id).toBe(100);
    expect((await queries.nextAfter('acme', T + 30, T))?.id).toBe(2);
    expect(await queries.nextAfter('acme', T + 100, T)).toMatchObject({ id: 9, emptyAt: undefined });
    expect(await queries.nextAfter('other', T + 100, T)).toBeUndefined();
  });

  it('of all go on behind one that cannot be read, and stop when nobody listens any more', async () => {
    await world.damage('pools', numberId(10), { state: '{"id":10}' });
    const seen: unknown[] = [];
    const { signal } = new AbortController();
    for await (const item of queries.pools('acme', [], T, signal)) seen.push('pool' in item ? item.pool.id : item.error.reason);
    expect(seen).toEqual([2, 9, 'DOCUMENT_OUTDATED', 100]);
    const idle: unknown[] = [];
    for await (const item of queries.pools('acme', ['idle'], T, signal)) idle.push('pool' in item && item.pool.id);
    expect(idle).toEqual([9]);
    const cancelled = new AbortController();
    const told: unknown[] = [];
    for await (const item of queries.pools('acme', [], T, cancelled.signal)) {
      told.push(item);
      cancelled.abort();
    }
    expect(told).toHaveLength(1);
  });

  it('that are overdue come by what was due first, whoever they belong to', async () => {
    const overdue = await queries.overdue(T + 30, 2);
    expect(overdue[0]).toMatchObject({ namespace: 'acme', poolId: 100, partition: 0 });
    expect(overdue.map(({ dueAt }) => dueAt)).toEqual([...overdue.map(({ dueAt }) => dueAt)].sort((left, right) => left - right));
    expect(overdue.every(({ dueAt }) => dueAt <= T + 30)).toBe(true);
  });

  it('name their workloads by id; those that have left only where they are asked for', async () => {
    const stays = await paged(1, (page: PageWanted<number>) => queries.stays('acme', 100, [], page));
    expect(stays.map(({ workloadId, state, nodeId, since }) => [workloadId, state, nodeId, since])).toEqual([
      [1, 'active', 'n2', T],
      [2, 'active', 'n1', T + 10],
    ]);
    expect((await queries.stays('acme', 9, [], everything)).items).toEqual([]);
    expect((await queries.stays('acme', 9, ['released'], everything)).items).toMatchObject([{ workloadId: 3, until: T + 10 }]);
    expect((await queries.stays('other', 100, [], everything)).items).toEqual([]);
  });

  it('are found by the node of a workload', async () => {
    const found = await paged(1, (page: PageWanted<StayPlace>) => queries.staysOnNode('acme', 'n1', page));
    expect(found.map(({ poolId, workloadId }) => [poolId, workloadId])).toEqual([
      [2, 1],
      [10, 1],
      [100, 2],
    ]);
  });

  it('show how they burned down, oldest first, within a range', async () => {
    await open(50, {}, history => {
      history.credit(1_000_000).activate(1, 1_000, T);
      for (let second = 1; second <= 5; second += 1) history.credit(1, T + second * 10);
      return history;
    });
    const segments = await paged(2, (page: PageWanted<number>) => queries.segments('acme', 50, { from: undefined, to: undefined }, page));
    expect(segments.map(({ from, to, drained }) => [from - T, to - T, drained[0]])).toEqual([
      [0, 10, 10_000],
      [10, 20, 10_000],
      [20, 30, 10_000],
      [30, 40, 10_000],
      [40, 50, 10_000],
    ]);
    const middle = await queries.segments('acme', 50, { from: T + 20, to: T + 35 }, everything);
    expect(middle.items.map(({ from }) => from - T)).toEqual([20, 30]);
  });

  it('wait for a position, and say what is missing when the time is over', async () => {
    const hurried = { remainingMs: () => 0 };
    await expect(queries.reached('', hurried)).rejects.toMatchObject({ reason: 'NOT_READY', metadata: { partitionsFolded: '0' } });
    for (let partition = 0; partition < 64; partition += 1) {
      await (await world.store(partition)).writeWatermark({ sequence: 10, isFolded: true });
    }
    expect(await queries.reached('', hurried)).toEqual({ position: '', isStale: false, asOfMs: T * 1_000 });
  });
});

describe('lists of reservations, parties, nodes and farms', () => {
  let world: StoreWorld;
  let queries: CapacityQueries;
  const nextSequence = sequences();

  beforeAll(async () => {
    world = await StoreWorld.open();
    const store = await world.store();
    queries = mongoQueries({ readModel: () => world.readModel, incarnation: 'test', nowMs: () => T * 1_000 });
    await store.flush([
      imageOf('reservation', 9, reservation(9, { customerTid: 20, poolId: 9, status: 'settled' })),
      imageOf('reservation', 10, reservation(10, { customerTid: 20, poolId: 9, status: 'awaiting-payment', payment })),
      imageOf('reservation', 11, reservation(11, { customerTid: 21, poolId: 11, status: 'awaiting-payment' })),
      imageOf('reservation', 12, reservation(12, { customerTid: 20, poolId: 9, status: 'settled', namespace: 'other' })),
      imageOf('party', 20, party(20)),
      imageOf('party', 3, party(3)),
      imageOf('node', 'b', node('b', 1)),
      imageOf('node', 'a', node('a', 2)),
      imageOf('farm', 1, farm(1)),
    ]);
    expect(await collectedFrom(store.unpaid())).toEqual([10, 11]);
  });
  afterAll(() => world.close());

  const imageOf = <K extends 'reservation' | 'party' | 'node' | 'farm'>(kind: K, key: number | string, state: unknown): Image =>
    ({
      address: { kind, key, subject: `${kind}.${key}` },
      state,
      sequence: nextSequence(),
      timeMs: T * 1_000,
      stays: new Map(),
      segments: [],
      writeSnapshot: true,
    }) as unknown as Image;

  it('give reservations by customer, by pool and by how they stand, by id', async () => {
    const list = async (filter: Parameters<CapacityQueries['reservations']>[1]): Promise<number[]> =>
      (await paged(1, (page: PageWanted<number>) => queries.reservations('acme', filter, page))).map(({ id }) => id);
    expect(await list({ customerTid: undefined, poolId: undefined, statuses: [] })).toEqual([9, 10, 11]);
    expect(await list({ customerTid: 20, poolId: undefined, statuses: [] })).toEqual([9, 10]);
    expect(await list({ customerTid: undefined, poolId: 9, statuses: ['awaiting-payment'] })).toEqual([10]);
    expect(await list({ customerTid: 99, poolId: undefined, statuses: [] })).toEqual([]);
  });

  it('give parties, nodes of a farm and farms as they are', async () => {
    expect((await queries.parties('acme', everything)).items).toEqual([party(3), party(20)]);
    expect((await paged(1, (page: PageWanted<string>) => queries.nodes('acme', undefined, page))).map(({ nodeId }) => nodeId)).toEqual([
      'a',
      'b',
    ]);
    expect((await queries.nodes('acme', 1, everything)).items).toEqual([node('b', 1)]);
    expect((await queries.farms('acme', everything)).items).toEqual([farm(1)]);
    expect((await queries.farms('other', everything)).items).toEqual([]);
  });
});

const payment = {
  farmId: 1,
  address: 'here',
  payoutAddress: 'there',
  asset: 'TFT:issuer',
  amount: 7n,
  prices: [1n, 2n, 3n] as const,
  expiresAt: T + 3_600,
};

const reservation = (id: number, given: Partial<Reservation>): Reservation => ({
  id,
  namespace: 'acme',
  json: '{}',
  customerTid: 20,
  customerSignature: 'aa',
  sponsorTid: 0,
  sponsorSignature: '',
  nonce: `nonce-${id}`,
  topUpId: undefined,
  isBackdated: false,
  poolId: id,
  unitSeconds: [1n, 2n, 3n],
  nodeIds: ['a'],
  currencies: ['TFT'],
  status: 'settled',
  payment: undefined,
  received: 0n,
  refunds: [],
  isConcluded: true,
  cause: undefined,
  lastAt: T,
  ...given,
});

const party = (tid: number): Party => ({
  namespace: 'acme',
  tid,
  publicKey: '00'.repeat(32),
  isTrustedChannel: false,
  funds: [{ asset: 'TFT:issuer', amount: 2n ** 60n }],
  payments: [],
  payouts: [],
  lastAt: T,
});

const node = (nodeId: string, farmId: number): Node => ({
  namespace: 'acme',
  nodeId,
  farmId,
  isFreeToUse: true,
  capacity: { cru: 4, mru: 15.5, sru: 100, hru: 0.1 },
  isGone: false,
  lastAt: T,
});

const farm = (farmId: number): Farm => ({
  namespace: 'acme',
  farmId,
  payouts: [{ currency: 'TFT', address: 'somewhere' }],
  prices: [10, 8.5, 6],
  agreedPrices: [{ tid: 3, prices: [1, 2, 0.1] }],
  lastAt: T,
});

const collectedFrom = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
