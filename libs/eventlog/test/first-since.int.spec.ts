import { setTimeout as pause } from 'node:timers/promises';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { streamTable, SubjectReader, Subjects, type DeploymentOptions } from '@drawdown/eventlog';

const prefix = testPrefix();
const options: DeploymentOptions = { prefix, streams: ['hits'] };
let nats: NatsConnection;

beforeAll(async () => {
  nats = await connectForTest();
  await provisionForTest(nats, options);
});

afterAll(async () => {
  await destroyForTest(nats, options);
  await nats.close();
});

test('the first message since a time is found among those of a subject, and none after the last', async () => {
  const subjects = new Subjects(prefix);
  const reader = new SubjectReader(await jetstreamManager(nats), 'hits', streamTable(prefix).hits.name);
  const publish = async (namespace: string): Promise<number> => {
    const { seq } = await jetstream(nats).publish(subjects.hitsBatch(7, namespace), 'x');
    const stored = await reader.at(seq);
    // Timestamps that are compared in milliseconds must differ.
    await pause(5);
    return stored?.timeMs ?? 0;
  };
  const firstMs = await publish('a');
  const foreignMs = await publish('b');
  const secondMs = await publish('a');

  const since = async (timeMs: number) => (await reader.firstSince(subjects.hitsBatch(7, 'a'), timeMs))?.sequence;
  expect(await since(0)).toBe(1);
  expect(await since(firstMs)).toBe(1);
  expect(await since(foreignMs)).toBe(3);
  expect(await since(secondMs)).toBe(3);
  expect(await since(secondMs + 1_000)).toBeUndefined();
});
