import { streamTable, Subjects, UNPARTITIONED } from '@drawdown/eventlog';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { LastCloses } from '../../src/adapters/jetstream/last-closes.js';
import { StoredProgress } from '../../src/adapters/progress/read-progress.js';
import { propertyStateOf } from '../../src/application/properties/registry.js';
import { settingsOf, type Property, type Scope } from '../../src/domain/index.js';

const property = (propertyId: string, scope: Scope): Property => ({
  namespace: 'ac.me',
  propertyId,
  settings: settingsOf({ scope }),
  settingsVersion: 1,
});

describe('how far reads are', () => {
  const deployment = { prefix: testPrefix(), streams: ['sessions'] as const };
  const subjects = new Subjects(deployment.prefix);
  let nats: NatsConnection;
  let lastCloses: LastCloses;
  const folded = new Map<number, number>();
  const applied = new Map<number, Map<number, number>>();
  const progress = new StoredProgress({
    applied: async state => applied.get(state) ?? new Map<number, number>(),
    folded: async state => folded.get(state) ?? 0,
    lastCloses: (namespace, propertyId) => lastCloses.of(namespace, propertyId),
  });

  beforeAll(async () => {
    nats = await connectForTest();
    await provisionForTest(nats, deployment);
    lastCloses = new LastCloses(await jetstreamManager(nats), streamTable(deployment.prefix).sessions.name, subjects);
  });
  afterAll(async () => {
    await destroyForTest(nats, deployment);
    await nats.drain();
  });
  beforeEach(() => {
    folded.clear();
    applied.clear();
  });

  const publish = async (state: number, propertyId: string): Promise<number> =>
    (await jetstream(nats).publish(subjects.sessions(state, 'ac.me', propertyId), 'x')).seq;

  const soon = (): AbortSignal => AbortSignal.timeout(100);
  const later = (): AbortSignal => AbortSignal.timeout(30_000);

  it('knows the last message of a property in each of its partitions, and nothing of other properties', async () => {
    await publish(3, 'a b');
    const [third, seventh] = [await publish(3, 'a b'), await publish(7, 'a b')];
    await publish(3, 'other');
    expect(await lastCloses.of('ac.me', 'a b')).toEqual(
      new Map([
        [3, third],
        [7, seventh],
      ]),
    );
    expect(await lastCloses.of('ac.me', 'unseen')).toEqual(new Map());
    expect(await lastCloses.of('ac', 'a b')).toEqual(new Map());
  });

  it('waits until every partition of a property has its closes folded', async () => {
    const [first, second] = [await publish(10, 'waited'), await publish(11, 'waited')];
    folded.set(10, first);
    let isDone = false;
    const waiting = progress.closesFolded(property('waited', 'client'), later()).then(() => (isDone = true));
    await lastCloses.of('ac.me', 'waited');
    expect(isDone).toBe(false);
    folded.set(11, second);
    await waiting;
    await progress.closesFolded(property('nothing', 'client'), later());
  });

  it('says that a read would be stale when the caller does not wait as long', async () => {
    await publish(12, 'stale');
    await expect(progress.closesFolded(property('stale', 'client'), soon())).rejects.toMatchObject({ reason: 'STALE_READ' });
  });

  it.each(['client', 'property'] as const)('waits for hits where the scope %s has their state', async scope => {
    const of = property('hits', scope);
    const state = scope === 'client' ? 21 : propertyStateOf('ac.me', 'hits');
    const reached = (sequence: number, signal: AbortSignal) => progress.reached([{ stream: 'hits', partition: 21, sequence }], of, signal);
    await expect(reached(5, soon())).rejects.toMatchObject({ reason: 'STALE_READ', metadata: { stream: 'hits', sequence: '5' } });
    const waiting = reached(5, later());
    applied.set(state, new Map([[21, 5]]));
    await waiting;
    await expect(reached(6, soon())).rejects.toMatchObject({ reason: 'STALE_READ' });
  });

  it('waits for closes in the documents, and for nothing that lies in no partition or no stream of reads', async () => {
    const of = property('closes', 'client');
    folded.set(30, 8);
    await progress.reached([{ stream: 'sessions', partition: 30, sequence: 8 }], of, later());
    await expect(progress.reached([{ stream: 'sessions', partition: 30, sequence: 9 }], of, soon())).rejects.toMatchObject({
      reason: 'STALE_READ',
    });
    await progress.reached(
      [
        { stream: 'properties', partition: UNPARTITIONED, sequence: 1_000 },
        { stream: 'usage', partition: 3, sequence: 1_000 },
      ],
      of,
      soon(),
    );
  });
});
