import { Fault } from '@drawdown/errors';
import { DeadLetterHeaders, PartitionReader, PROCESSOR_FAILED, type PartitionReaderOptions, type ReadLimits } from '@drawdown/partitions';
import { Deployment, EAGER_READS } from './deployment.js';
import { eventually, patiently } from './eventually.js';
import { SequenceStore, StoringProcessor, type Disturbance } from './sequence-store.js';

let deployment: Deployment;
let partition = 0;
const readers: PartitionReader<string>[] = [];

beforeAll(async () => {
  deployment = await Deployment.create();
});
beforeEach(() => {
  // One partition per test: they share the streams and not their messages.
  partition += 1;
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map(reader => reader.stop()));
});
afterAll(() => deployment.destroy());

interface Setting extends Disturbance {
  readonly store?: SequenceStore;
  readonly limits?: Partial<ReadLimits>;
  readonly options?: Partial<PartitionReaderOptions<string>>;
}

const read = async (setting: Setting = {}): Promise<{ reader: PartitionReader<string>; store: SequenceStore }> => {
  const store = setting.store ?? new SequenceStore();
  const processor = new StoringProcessor(partition, store, 'reader', setting);
  const reader = new PartitionReader<string>({
    nats: deployment.nats,
    prefix: deployment.prefix,
    service: 'tested',
    partition,
    inputs: [
      { stream: 'usage', filters: number => deployment.subjects.filters('usage', number) },
      { stream: 'entitlements', filters: number => deployment.subjects.filters('entitlements', number) },
    ],
    processor,
    isSetAside: () => false,
    limits: { ...EAGER_READS, ...setting.limits },
    ...setting.options,
  });
  readers.push(reader);
  await reader.start(await processor.open());
  return { reader, store };
};

const publish = async (texts: readonly (string | Uint8Array)[]): Promise<number[]> => {
  const sequences: number[] = [];
  for (const text of texts) sequences.push(await deployment.publishUsage(partition, text));
  return sequences;
};

patiently('applies what was there and what comes, in order, from several inputs, envelopes among single messages', async () => {
  await publish(['one', 'two']);
  await deployment.jetstream.publish(deployment.subjects.usageBatch(partition, 'ns'), 'three');
  const { reader, store } = await read();
  await publish(['four']);
  const ledger = await deployment.jetstream.publish(`${deployment.prefix}.entitlements.${partition}.ns.customer`, 'granted');
  await reader.reached('entitlements', ledger.seq);
  await reader.reached('usage', await deployment.lastSequence('usage'));
  const usage = store.applied.filter(row => row.stream === 'usage').map(row => row.text);
  expect(usage).toEqual(['one', 'two', 'three', 'four']);
  expect(store.texts()).toContain('granted');
});

patiently('goes on behind the watermark, and a lost watermark is an earlier start', async () => {
  const [, second] = await publish(['one', 'two', 'three']);
  const store = new SequenceStore();
  store.write(partition, 'usage', 0, [{ stream: 'usage', sequence: second ?? 0, subject: '', text: 'before', writer: 'earlier' }]);
  const behind = await read({ store });
  await behind.reader.caughtUp();
  expect(store.texts()).toEqual(['before', 'three']);
  const again = await read();
  await again.reader.caughtUp();
  expect(again.store.texts()).toEqual(['one', 'two', 'three']);
});

patiently('bounds batches in messages and in bytes, and still delivers a message larger than a batch', async () => {
  const texts = [
    ...Array.from({ length: 25 }, (_, index) => `small ${index}`),
    'x'.repeat(30_000),
    'after',
    'y'.repeat(6_000),
    'z'.repeat(6_000),
  ];
  await publish(texts);
  const batches: { messages: number; bytes: number }[] = [];
  const { reader, store } = await read({
    limits: { batchMessagesMax: 10, batchBytesMax: 10_000 },
    beforeWrite: batch => {
      batches.push({ messages: batch.length, bytes: batch.reduce((sum, { message }) => sum + message.data.length, 0) });
    },
  });
  await reader.caughtUp();
  expect(store.texts()).toEqual(texts);
  expect(Math.max(...batches.map(({ messages }) => messages))).toBeLessThanOrEqual(10);
  expect(batches.filter(({ bytes }) => bytes > 10_000)).toEqual([{ messages: 1, bytes: 30_000 }]);
});

patiently('dead-letters what is wrong in the bytes, with its origin, before the watermark passes it', async () => {
  const poison = Uint8Array.of(0xff, 0xfe);
  const sequences = await publish(['good', poison, 'better']);
  let copiesAtApply: number | undefined;
  const { reader, store } = await read({
    beforeWrite: async () => {
      copiesAtApply ??= await deployment.lastSequence('deadletters');
    },
  });
  await reader.caughtUp();
  expect(store.texts()).toEqual(['good', undefined, 'better']);
  expect(copiesAtApply).toBe(1);
  const copy = await deployment.manager.streams.getMessage(deployment.streamName('deadletters'), { seq: 1 });
  expect(copy?.subject).toBe(deployment.subjects.deadletters('tested'));
  expect(copy?.data).toEqual(poison);
  expect(copy?.header.get(DeadLetterHeaders.reason)).toBe('NOT_UTF8');
  expect(copy?.header.get(DeadLetterHeaders.detail)).toBe('the bytes are not text');
  expect(copy?.header.get(DeadLetterHeaders.stream)).toBe('usage');
  expect(copy?.header.get(DeadLetterHeaders.sequence)).toBe(String(sequences[1]));
  expect(copy?.header.get(DeadLetterHeaders.subject)).toBe(deployment.subjects.usageStored('ns', deployment.customerOf(partition)));
});

patiently('dead-letters a message that leaves no room for its origin without its body', async () => {
  const largest = (deployment.nats.info?.max_payload ?? 0) - 200;
  await publish([new Uint8Array(largest).fill(0xff)]);
  const { reader } = await read();
  await reader.caughtUp();
  const subject = deployment.subjects.deadletters('tested');
  const copy = await deployment.manager.streams.getMessage(deployment.streamName('deadletters'), { last_by_subj: subject });
  expect(copy?.header.get(DeadLetterHeaders.body)).toBe('omitted');
  expect(copy?.header.get(DeadLetterHeaders.sequence)).toBe(String(await deployment.lastSequence('usage')));
  expect(copy?.data.length).toBe(0);
});

patiently('holds a message that cannot be decoded because our own code breaks: the dead letters are not for that', async () => {
  const [, second] = await publish(['one', 'two', 'three']);
  const store = new SequenceStore();
  const storing = new StoringProcessor(partition, store, 'reader');
  const decode: StoringProcessor['decode'] = message => {
    if (message.sequence === second) throw new RangeError('a bug');
    return storing.decode(message);
  };
  const { reader } = await read({ options: { processor: { decode, apply: batch => storing.apply(batch) } } });
  await eventually('it waits', () => reader.status().waiting?.sequence === second);
  expect(reader.status().waiting).toMatchObject({ reason: PROCESSOR_FAILED, detail: 'a bug' });
  expect(store.texts()).toEqual(['one']);
});

patiently('retries a fault in place: nothing overtakes, and the alarm says what waits and why', async () => {
  await publish(['one', 'two']);
  let isDown = true;
  const alarms: string[] = [];
  let resumed = 0;
  const { reader, store } = await read({
    beforeWrite: () => {
      if (isDown) throw new Fault('DATABASE_DOWN', 'no answer');
    },
    options: {
      observer: {
        waiting: (_, { reason, attempts }) => alarms.push(`${reason} ${attempts}`),
        resumed: () => (resumed += 1),
      },
    },
  });
  await eventually('three attempts', () => alarms.length >= 3);
  await publish(['three']);
  await eventually('the third message is behind the first two', () => reader.status().inputs[0]?.lag === 3);
  expect(store.applied).toEqual([]);
  expect(reader.status().waiting).toMatchObject({ stream: 'usage', reason: 'DATABASE_DOWN' });
  isDown = false;
  await reader.caughtUp();
  expect(store.texts()).toEqual(['one', 'two', 'three']);
  expect(alarms.slice(0, 3)).toEqual(['DATABASE_DOWN 1', 'DATABASE_DOWN 2', 'DATABASE_DOWN 3']);
  expect(reader.status().waiting).toBeUndefined();
  expect(resumed).toBe(1);
});

patiently(
  'names the one message that breaks our code, applies what stands before it, and passes it only once it is set aside',
  async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    const sequences = await publish(texts);
    const breaking = sequences[13] ?? 0;
    const deadLettersBefore = await deployment.lastSequence('deadletters');
    const setAside = new Set<number>();
    const { reader, store } = await read({
      beforeWrite: batch => {
        if (batch.some(({ value }) => value === 'text 13')) throw new TypeError('cannot read thirteen');
      },
      options: { isSetAside: (stream, sequence) => stream === 'usage' && setAside.has(sequence) },
    });
    await eventually('the breaking message is named', () => reader.status().waiting?.sequence === breaking);
    expect(reader.status().waiting).toMatchObject({ reason: PROCESSOR_FAILED, detail: 'cannot read thirteen' });
    expect(store.texts()).toEqual(texts.slice(0, 13));
    expect(await deployment.lastSequence('deadletters')).toBe(deadLettersBefore);
    setAside.add(breaking);
    await reader.caughtUp();
    expect(store.texts()).toEqual(texts.map((text, index) => (index === 13 ? undefined : text)));
  },
);

patiently('replaces a consumer that the server lost, without a gap', async () => {
  const lost: string[] = [];
  const { reader, store } = await read({ options: { observer: { consumerLost: (_, stream) => lost.push(stream) } } });
  await publish(['one']);
  await reader.reached('usage', await deployment.lastSequence('usage'));
  for await (const consumer of deployment.manager.consumers.list(deployment.streamName('usage'))) {
    await deployment.manager.consumers.delete(consumer.stream_name, consumer.name);
  }
  await publish(['two']);
  await reader.reached('usage', await deployment.lastSequence('usage'));
  expect(store.texts()).toEqual(['one', 'two']);
  expect(lost).toEqual(['usage']);
});

patiently('stops with the batch in hand finished and a waiting one untouched', async () => {
  await publish(['one']);
  let finish: () => void = () => undefined;
  const inHand = new Promise<void>(resolve => (finish = resolve));
  let started = false;
  const { reader, store } = await read({
    beforeWrite: async () => {
      started = true;
      await inHand;
    },
  });
  await eventually('the batch is in hand', () => started);
  let isStopped = false;
  const stopping = reader.stop().then(() => (isStopped = true));
  await publish(['two']);
  expect(isStopped).toBe(false);
  finish();
  await stopping;
  expect(store.texts()).toEqual(['one']);
  await expect(reader.reached('usage', Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ reason: 'WAIT_ABORTED' });
});

patiently('gives a wait up when its caller does', async () => {
  const { reader } = await read();
  const waiting = new AbortController();
  const reached = reader.reached('usage', Number.MAX_SAFE_INTEGER, waiting.signal);
  waiting.abort();
  await expect(reached).rejects.toBeInstanceOf(Fault);
});
