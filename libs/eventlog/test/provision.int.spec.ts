import { jetstream, jetstreamManager, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectForTest, destroyForTest, testPrefix } from '@drawdown/testing';
import {
  INCARNATION_KEY,
  StreamNotAsDeclared,
  Subjects,
  checkServerVersion,
  fromStoredMsg,
  provision,
  renewIncarnations,
  streamTable,
  verifyStreams,
} from '@drawdown/eventlog';
import { refusalOf } from './setup.js';

const KEYS = 10_000;
const PUBLISH_AT_ONCE = 500;

describe('provisioning and verification', () => {
  const deployment = { prefix: testPrefix() };
  const { prefix } = deployment;
  const table = streamTable(prefix);
  const subjects = new Subjects(prefix);
  let nats: NatsConnection;
  let manager: JetStreamManager;

  beforeAll(async () => {
    nats = await connectForTest();
    manager = await jetstreamManager(nats);
    await provision(nats, deployment);
  });
  afterAll(async () => {
    await destroyForTest(nats, deployment);
    await nats.drain();
  });

  const configs = async (): Promise<StreamConfig[]> => {
    const found: StreamConfig[] = [];
    for await (const { config } of manager.streams.list(`${prefix}.>`)) found.push(config);
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  };

  /** Changes one setting behind the product's back, and lets provisioning put it right. */
  const withChanged = async (stream: string, change: Partial<StreamConfig>, check: () => Promise<void>): Promise<void> => {
    await manager.streams.update(stream, change);
    try {
      await check();
    } finally {
      await provision(nats, deployment);
    }
  };

  it('makes every stream of the table, and leaves them alone the second time', async () => {
    const before = await configs();
    expect(before.map(config => config.name).sort()).toEqual(
      Object.values(table)
        .map(stream => stream.name)
        .sort(),
    );
    const incarnations = await provision(nats, deployment);
    expect(await configs()).toEqual(before);
    expect(await verifyStreams(nats, deployment)).toEqual(incarnations);
    expect(Object.values(incarnations.streams)).toEqual(Object.keys(table).map(() => expect.stringMatching(/^[0-9A-Z]{26}$/) as string));
  });

  it('agrees on one incarnation when several processes provision at once', async () => {
    const fresh = { prefix: testPrefix(), streams: ['usage', 'capacity'] as const };
    try {
      const answers = await Promise.all(Array.from({ length: 4 }, async () => provision(nats, fresh)));
      const settled = await verifyStreams(nats, fresh);
      for (const answer of answers) expect(answer).toEqual(settled);
    } finally {
      await destroyForTest(nats, fresh);
    }
  });

  it('files what producers publish by partition as the function here does, and leaves envelopes as they are', async () => {
    const client = jetstream(nats);
    const keys = Array.from(
      { length: KEYS },
      (_, index) => [`team-${index % 7}.é`, `customer ${index * 31}/${'x'.repeat(index % 40)}`] as const,
    );
    for (let from = 0; from < KEYS; from += PUBLISH_AT_ONCE) {
      await Promise.all(
        keys.slice(from, from + PUBLISH_AT_ONCE).map(async ([namespace, customer]) => client.publish(subjects.usage(namespace, customer))),
      );
    }
    await client.publish(subjects.hits('n', 'p', 'c'));
    await client.publish(subjects.usageBatch(7, 'n'));
    const { state } = await manager.streams.info(table.usage.name, { subjects_filter: `${prefix}.p.usage.>` });
    expect(new Set(Object.keys(state.subjects ?? {}))).toEqual(
      new Set(keys.map(([namespace, customer]) => subjects.usageStored(namespace, customer))),
    );
    const envelope = await manager.streams.getMessage(table.usage.name, { last_by_subj: subjects.usageBatch(7, 'n') });
    expect(envelope?.subject).toBe(subjects.usageBatch(7, 'n'));
    const hit = await manager.streams.getMessage(table.hits.name, { last_by_subj: `${prefix}.p.hits.>` });
    expect(hit?.subject).toBe(subjects.hitsStored('n', 'p', 'c'));
    expect(hit === null ? undefined : fromStoredMsg('hits', hit)).toMatchObject({ stream: 'hits', sequence: 1 });
  });

  it.each([
    ['usage', 'max_age', { max_age: 86_400_000_000_000 }],
    ['usage', 'allow_direct', { allow_direct: false }],
    ['usage', 'duplicate_window', { duplicate_window: 60_000_000_000 }],
    [
      'usage',
      'subject_transform',
      {
        subject_transform: { src: `${prefix}.usage.*.*`, dest: `${prefix}.p.usage.{{partition(32,1,2)}}.{{wildcard(1)}}.{{wildcard(2)}}` },
      },
    ],
    ['usage', 'subjects', { subjects: [`${prefix}.usage.*.*`] }],
    ['usage', 'max_bytes', { max_bytes: 1_000_000_000 }],
    ['sessions', 'allow_rollup_hdrs', { allow_rollup_hdrs: true }],
    ['sessions', 'max_msgs', { max_msgs: 1_000 }],
    ['sessions', 'no_ack', { no_ack: true }],
    ['capacity', 'max_msgs_per_subject', { max_msgs_per_subject: 1 }],
    ['reconciliation', 'max_msgs_per_subject', { max_msgs_per_subject: 8 }],
    [
      'deadletters',
      'subject_transform',
      { subject_transform: { src: `${prefix}.deadletters.*`, dest: `${prefix}.deadletters.x.{{wildcard(1)}}` } },
    ],
  ] as const)('refuses to serve %s with another %s, naming it, and provisioning puts it right', async (key, field, change) => {
    const { name } = table[key];
    await withChanged(name, change as Partial<StreamConfig>, async () => {
      await expect(verifyStreams(nats, deployment)).rejects.toMatchObject({
        reason: 'STREAM_NOT_AS_DECLARED',
        metadata: { stream: name, field },
      });
    });
  });

  it('refuses a stream that can no longer be put right', async () => {
    const weak = { prefix: testPrefix(), streams: ['sessions'] as const };
    const { sessions } = streamTable(weak.prefix);
    await manager.streams.add({
      name: sessions.name,
      subjects: [...sessions.subjects],
      storage: 'memory',
      max_age: sessions.maxAgeMs * 1e6,
    });
    try {
      await expect(provision(nats, weak)).rejects.toMatchObject({
        reason: 'STREAM_NOT_AS_DECLARED',
        metadata: { stream: sessions.name, field: 'storage' },
      });
    } finally {
      await destroyForTest(nats, weak);
    }
  });

  it('refuses a stream that is missing, and one without an incarnation', async () => {
    const absent = { prefix: testPrefix() };
    await expect(verifyStreams(nats, absent)).rejects.toBeInstanceOf(StreamNotAsDeclared);
    await expect(verifyStreams(nats, absent)).rejects.toMatchObject({ metadata: { field: 'name', found: 'absent' } });
    await withChanged(table.hits.name, { metadata: {} }, async () => {
      await expect(verifyStreams(nats, deployment)).rejects.toMatchObject({
        metadata: { stream: table.hits.name, field: `metadata.${INCARNATION_KEY}` },
      });
    });
  });

  it('gives everything a new incarnation after a restore', async () => {
    const before = await verifyStreams(nats, deployment);
    const after = await renewIncarnations(nats, deployment);
    const values = [before, after].flatMap(({ streams, leases, registry }) => [...Object.values(streams), leases, registry]);
    expect(new Set(values).size).toBe(values.length);
    expect(after.leases > before.leases).toBe(true);
  });

  it('refuses servers that are too old, or say nothing', () => {
    for (const version of ['2.9.10', '2.11.9', '1.99.0', 'unknown', undefined]) {
      expect(refusalOf(() => checkServerVersion(version))).toMatchObject({ reason: 'SERVER_TOO_OLD' });
    }
    for (const version of ['2.12.0', '2.12.0-RC.1', '2.15.2', '3.0.0']) expect(() => checkServerVersion(version)).not.toThrow();
  });
});
