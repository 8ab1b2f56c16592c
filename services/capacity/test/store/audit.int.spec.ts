import { compareDocuments, repairDocuments } from '../../src/adapters/mongo/audit.js';
import { FoldedDocuments } from '../../src/adapters/mongo/folded-documents.js';
import { numberId } from '../../src/adapters/mongo/ids.js';
import type { MongoCapacityStore } from '../../src/adapters/mongo/partition-store.js';
import type { Image } from '../../src/application/store.js';
import { PoolHistory, sequences, T } from './pool-history.js';
import { StoreWorld } from './store-world.js';

const PARTITION = 3;

describe('the audit of a partition', () => {
  let world: StoreWorld;
  let store: MongoCapacityStore;
  let folded: FoldedDocuments;

  beforeAll(async () => {
    world = await StoreWorld.open();
    store = await world.store(PARTITION);
    folded = new FoldedDocuments(PARTITION);
    const nextSequence = sequences();
    for (let poolId = 1; poolId <= 3; poolId += 1) {
      const history = PoolHistory.opened(poolId, nextSequence)
        .credit(2n ** 60n)
        .activate(7, 1_000, T + 1, 'n1')
        .activate(8, 3, T + 2);
      await both(history.image());
      history.release(7, T + 60);
      // A large pool is written down whole now and then only.
      await both(history.image(poolId !== 3));
    }
    await both({
      address: { kind: 'counter', key: 'reservations', subject: 'x' },
      state: { last: 3 },
      sequence: nextSequence(),
      timeMs: 5,
      stays: new Map(),
      segments: [],
      writeSnapshot: true,
    });
  });
  afterAll(() => world.close());

  const both = async (image: Image): Promise<void> => {
    await store.flush([image]);
    await folded.flush([image]);
  };

  it('finds nothing where documents and log agree, also where a snapshot is behind its pool', async () => {
    // Three pools with two workloads, and each with two stretches of draining; a snapshot for each of them and for the counter.
    expect(await compareDocuments(world.readModel, PARTITION, folded)).toEqual({ documents: 3 + 6 + 6 + 4, differences: [] });
  });

  it('names what is wrong, missing and too many, and repairs it', async () => {
    await world.damage('pools', numberId(1), { memberCount: 9, streamSeq: 1_000_000 });
    await world.damage('pool_members', `${numberId(2)}/${numberId(7)}`, 'remove');
    await world.damage('aggregate_snapshots', 'counter/reservations', { state: '{"last":2}' });
    const surplus = new PoolHistory(99, () => 1);
    surplus.execute({ type: 'open', poolId: 99, namespace: 'acme', owner: 1, sponsor: 0, nodeIds: ['n1'], at: T });
    await store.flush([surplus.image()]);
    const audit = await compareDocuments(world.readModel, PARTITION, folded);
    expect(audit.differences.map(({ collection, documentId, field }) => [collection, documentId, field])).toEqual([
      ['pools', numberId(1), 'streamSeq'],
      ['pools', numberId(1), 'memberCount'],
      ['pools', numberId(99), ''],
      ['pool_members', `${numberId(2)}/${numberId(7)}`, ''],
      ['aggregate_snapshots', 'counter/reservations', 'state'],
      ['aggregate_snapshots', `pool/${numberId(99)}`, ''],
    ]);
    expect(audit.differences[1]).toMatchObject({ stored: '"9"', folded: '"1"' });
    expect(await repairDocuments(world.readModel, audit, folded, { epoch: 2, writtenAtMs: Date.now() })).toBe(5);
    expect((await compareDocuments(world.readModel, PARTITION, folded)).differences).toEqual([]);
  });
});
