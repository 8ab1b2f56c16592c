import { JetStreamEventLog, streamTable, SubjectReader, Subjects, type EventLog } from '@drawdown/eventlog';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { propertyEvents } from '../../src/adapters/jetstream/property-events.js';
import { PropertyFeed } from '../../src/adapters/jetstream/property-feed.js';
import { SetAsideMessages } from '../../src/application/operations/set-aside.js';
import { PropertyLog } from '../../src/application/properties/property-log.js';
import { PropertyRegistry } from '../../src/application/properties/registry.js';
import type { PropertyCommand, PropertyEvent } from '../../src/domain/index.js';
import { BOUNDS } from './given.js';

describe('properties on their stream', () => {
  const deployment = { prefix: testPrefix(), streams: ['properties'] as const };
  const subjects = new Subjects(deployment.prefix);
  const stream = streamTable(deployment.prefix).properties;
  const feeds: PropertyFeed[] = [];
  let nats: NatsConnection;
  let manager: JetStreamManager;
  let log: EventLog<PropertyEvent>;
  let properties: PropertyLog;
  let used = 0;

  beforeAll(async () => {
    nats = await connectForTest();
    await provisionForTest(nats, deployment);
    manager = await jetstreamManager(nats);
    log = await JetStreamEventLog.open(nats, stream, propertyEvents);
    properties = new PropertyLog(log, subjects, { nowMs: () => Date.now() });
  });
  afterAll(async () => {
    await Promise.all(feeds.map(feed => feed.stop()));
    await destroyForTest(nats, deployment);
    await nats.drain();
  });

  const follow = async (): Promise<{ feed: PropertyFeed; registry: PropertyRegistry }> => {
    const registry: PropertyRegistry = new PropertyRegistry(() => feed.current());
    const feed = new PropertyFeed({
      nats,
      subjects,
      streamName: stream.name,
      reader: new SubjectReader(manager, 'properties', stream.name),
      registry,
      setAside: new SetAsideMessages(),
    });
    feeds.push(feed);
    await feed.start();
    return { feed, registry };
  };

  const execute = (body: PropertyCommand, id = `r${(used += 1)}`, namespace = 'acme') =>
    properties.execute(namespace, { id, createdAtMs: Date.now(), body, bodyHash: JSON.stringify(body) });

  const create = (propertyId: string): PropertyCommand => ({ type: 'create-property', propertyId, settings: {}, bounds: BOUNDS });

  it('knows what the stream held when it started, and what comes after', async () => {
    await execute(create('before'));
    const { registry } = await follow();
    expect(registry.get('acme', 'before')).toBeDefined();
    await execute(create('after'));
    await registry.current();
    expect(registry.get('acme', 'after')).toMatchObject({ settingsVersion: 1 });
  });

  it('starts on an empty namespace and answers at once that it is current', async () => {
    const { registry } = await follow();
    await registry.current();
    expect(registry.list('nobody')).toEqual([]);
  });

  it('is current for whoever asks after a change, on every replica', async () => {
    const replicas = await Promise.all([follow(), follow()]);
    await execute(create('shared'));
    for (let version = 2; version <= 12; version += 1) {
      await execute({
        type: 'change-settings',
        propertyId: 'shared',
        settings: { timeoutMs: version * 1_000 },
        fields: ['timeoutMs'],
        expectedVersion: version - 1,
        bounds: BOUNDS,
      });
      for (const { registry } of replicas) {
        await registry.current();
        expect(registry.get('acme', 'shared')).toMatchObject({ settingsVersion: version, settings: { timeoutMs: version * 1_000 } });
      }
    }
  });

  it('knows a property by its whole name where the subject holds only a hash of it', async () => {
    const long = 'ü'.repeat(64);
    await execute(create(long));
    const { registry } = await follow();
    expect(registry.get('acme', long)).toBeDefined();
  });

  it('answers a repeated command as the first time, and refuses its id for another one', async () => {
    const first = await execute(create('once'), 'create-once');
    const again = await execute(create('once'), 'create-once');
    expect(again.sequence).toBe(first.sequence);
    await expect(execute(create('other'), 'create-other')).resolves.toBeDefined();
    await expect(execute({ ...create('once'), settings: { timeoutMs: 5_000 } }, 'create-once')).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_MISMATCH',
    });
  });

  it('lets one of two replicas create a property', async () => {
    const another = new PropertyLog(log, subjects, { nowMs: () => Date.now() });
    const command = (id: string) => ({ id, createdAtMs: Date.now(), body: create('race'), bodyHash: id });
    const outcomes = await Promise.allSettled([properties.execute('acme', command('x1')), another.execute('acme', command('x2'))]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'PROPERTY_ALREADY_EXISTS' } });
  });

  it('gives up waiting when it is told to', async () => {
    const { feed } = await follow();
    await expect(feed.reached(Number.MAX_SAFE_INTEGER, AbortSignal.timeout(20))).rejects.toMatchObject({ reason: 'WAIT_ABORTED' });
    await expect(feed.reached(Number.MAX_SAFE_INTEGER, AbortSignal.abort())).rejects.toMatchObject({ reason: 'WAIT_ABORTED' });
  });
});
