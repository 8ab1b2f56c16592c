import { Long } from 'mongodb';
import { numberId } from '../../src/adapters/mongo/ids.js';
import type { MongoCapacityStore } from '../../src/adapters/mongo/partition-store.js';
import { storedState } from '../../src/adapters/mongo/stored-state.js';
import { snapshotCodecOf } from '../../src/adapters/wire/snapshots.js';
import type { StoredAggregate } from '../../src/application/store.js';
import { nextDue, type Pool } from '../../src/domain/index.js';
import { poolAddress, PoolHistory, sequences, T } from './pool-history.js';
import { StoreWorld } from './store-world.js';

const { write } = snapshotCodecOf('pool');

describe('the documents of a partition', () => {
  const nextSequence = sequences();
  let world: StoreWorld;
  let store: MongoCapacityStore;
  let lastPoolId = 0;

  beforeAll(async () => {
    world = await StoreWorld.open();
    store = await world.store();
  });
  afterAll(() => world.close());

  const pool = (): PoolHistory => PoolHistory.opened((lastPoolId += 1), nextSequence);

  const load = async (poolId: number): Promise<StoredAggregate<'pool'> | undefined> => {
    const [stored] = await store.load([poolAddress(poolId)]);
    return stored as StoredAggregate<'pool'> | undefined;
  };

  it('give back what was stored, to the byte', async () => {
    const history = pool()
      .credit(9_000_000_000_000_000_000n)
      .activate(1, 1_000, T + 5, 'n1')
      .activate(2, 1, T + 7);
    await store.flush([history.image()]);
    const stored = await load(history.poolId);
    expect(stored).toMatchObject({ sequence: history.sequence, timeMs: (T + 7) * 1_000, isCurrent: true });
    expect(write(stored?.state as Pool)).toBe(write(history.pool));
    expect(await storedState(world.readModel, poolAddress(history.poolId))).toEqual(stored);
  });

  it('say nothing of what is not stored', async () => {
    expect(await load(999_999)).toBeUndefined();
    expect(await store.load([{ kind: 'counter', key: 'nobody', subject: 'x' }])).toEqual([]);
  });

  it('hold every 64-bit integer as one, exactly', async () => {
    const history = pool()
      .credit(9_000_000_000_000_000_000n)
      .activate(1, 1_000, T + 5, 'n1');
    await store.flush([history.image()]);
    const document = await world.raw('pools', numberId(history.poolId));
    expect(document).toMatchObject({ owner: Long.fromNumber(10), asOf: Long.fromNumber(T + 5), status: 'active', emptyDimension: 'cu' });
    expect(document.balance).toEqual({
      cu: Long.fromString('9000000000000000000'),
      su: Long.fromString('9000000000000000000'),
      ipv4u: Long.fromString('9000000000000000000'),
    });
    expect(document.emptyAt).toEqual(Long.fromBigInt(9_000_000_000_000_000n + BigInt(T) + 5n));
    const idle = pool();
    await store.flush([idle.image()]);
    const never = { emptyAt: Long.MAX_VALUE, dueAt: Long.MAX_VALUE, status: 'idle' };
    expect(await world.raw('pools', numberId(idle.poolId))).toMatchObject(never);
  });

  it('are never overwritten by an older writer, and a repeat changes nothing', async () => {
    const history = pool()
      .credit(1_000_000)
      .activate(1, 1_000, T + 1);
    const older = history.image();
    history.release(1, T + 3).credit(5, T + 9);
    const newer = history.image();
    await store.flush([newer]);
    const ids = { pool: numberId(history.poolId), member: `${numberId(history.poolId)}/${numberId(1)}` };
    const [wholeBefore, memberBefore] = [await world.raw('pools', ids.pool), await world.raw('pool_members', ids.member)];
    expect(memberBefore).toMatchObject({ state: 'released', until: Long.fromNumber(T + 3) });
    await store.flush([older]);
    expect(await world.raw('pools', ids.pool)).toEqual(wholeBefore);
    expect(await world.raw('pool_members', ids.member)).toEqual(memberBefore);
    expect(write((await load(history.poolId))?.state as Pool)).toBe(write(history.pool));
    await store.flush([newer]);
    const stampedLater = { ...wholeBefore, writtenAt: expect.any(Date) as unknown };
    expect(await world.raw('pools', ids.pool)).toEqual(stampedLater);
  });

  it('know that a snapshot is behind its pool, and that a snapshot of another version is none', async () => {
    const history = pool().credit(1_000_000);
    await store.flush([history.image()]);
    const { sequence } = history;
    history.activate(1, 1_000, T + 1);
    await store.flush([history.image(false)]);
    expect(await load(history.poolId)).toMatchObject({ sequence, isCurrent: false });
    await world.damage('aggregate_snapshots', `pool/${numberId(history.poolId)}`, { format: 'another' });
    expect(await load(history.poolId)).toMatchObject({ state: undefined, sequence: 0, isCurrent: false });
    await world.damage('aggregate_snapshots', `pool/${numberId(history.poolId)}`, 'remove');
    expect(await load(history.poolId)).toMatchObject({ state: undefined, sequence: 0, isCurrent: false });
  });

  it('of 10,000 workloads on one pool are written where they changed and nowhere else', async () => {
    const history = pool().credit(10n ** 15n);
    for (let id = 1; id <= 10_000; id += 1) history.activate(id, 1, T + 1);
    await store.flush([history.image()]);
    const memberOf = (id: number): string => `${numberId(history.poolId)}/${numberId(id)}`;
    const untouched = await world.writtenAt('pool_members', memberOf(2));
    history.release(1, T + 2).activate(10_001, 5, T + 2);
    expect(history.touched).toEqual([1, 10_001]);
    await store.flush([history.image(false)]);
    expect(await world.writtenAt('pool_members', memberOf(2))).toEqual(untouched);
    expect(await world.raw('pool_members', memberOf(1))).toMatchObject({ state: 'released', streamSeq: history.sequence - 1 });
    expect(await world.raw('pool_members', memberOf(10_001))).toMatchObject({ state: 'active', streamSeq: history.sequence });
    expect(await world.raw('pools', numberId(history.poolId))).toMatchObject({ memberCount: 10_000 });
  });

  it('fill the timer with what is due some time, of this partition alone', async () => {
    const other = await world.store(1);
    const idle = pool().credit(1_000);
    const draining = pool().credit(10_000).activate(1, 1_000, T);
    const elsewhere = pool().credit(10_000).activate(1, 1_000, T);
    await store.flush([idle.image(), draining.image()]);
    await other.flush([elsewhere.image()]);
    const dues = await collected(store.dues());
    expect(dues).toContainEqual({ poolId: draining.poolId, dueAt: nextDue(draining.pool) });
    expect(dues.map(({ poolId }) => poolId)).not.toContain(idle.poolId);
    expect(await collected(other.dues())).toEqual([{ poolId: elsewhere.poolId, dueAt: nextDue(elsewhere.pool) }]);
  });

  it('remember which command was recorded where, by aggregate', async () => {
    store.noteCommand('a', 'c1', 7, Date.now());
    await store.flush([]);
    store.noteCommand('a', 'c2', 9, Date.now());
    const again = await world.store();
    expect([await again.commandsOf('a').find('c1'), await again.commandsOf('b').find('c1')]).toEqual([7, undefined]);
    expect([await store.commandsOf('a').find('c2'), await again.commandsOf('a').find('c2')]).toEqual([9, undefined]);
  });

  it('keep the watermark, which never falls back', async () => {
    const second = await world.store(2);
    expect(second.watermark).toEqual({ sequence: 0, isFolded: false });
    await second.writeWatermark({ sequence: 12, isFolded: true });
    await second.writeWatermark({ sequence: 5, isFolded: false });
    expect((await world.store(2)).watermark).toEqual({ sequence: 12, isFolded: true });
  });
});

const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
