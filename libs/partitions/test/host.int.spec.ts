import { Fault, Refusal } from '@drawdown/errors';
import { INCARNATION_KEY } from '@drawdown/eventlog';
import type { Watermarks } from '@drawdown/partitions';
import { ALL_PARTITIONS, Deployment, SHORT_LEASES } from './deployment.js';
import { eventually, PATIENCE_MS, patiently } from './eventually.js';
import { loads, settled, startReplica, type Replica, type ReplicaOptions } from './replicas.js';
import { SequenceStore, StoringProcessor } from './sequence-store.js';

let deployment: Deployment;
let store: SequenceStore;
const replicas: Replica[] = [];

beforeEach(async () => {
  deployment = await Deployment.create();
  store = new SequenceStore();
}, PATIENCE_MS);
afterEach(async () => {
  await Promise.all(replicas.splice(0).map(({ host }) => host.drain()));
  await deployment.destroy();
}, PATIENCE_MS);

const start = async (name: string, options: ReplicaOptions = {}): Promise<Replica> => {
  const replica = await startReplica(deployment, name, store, options);
  replicas.push(replica);
  return replica;
};

const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

patiently('spreads 64 partitions evenly over three replicas, and over two when one drains', async () => {
  const first = await start('first');
  await settled([first]);
  const second = await start('second');
  const third = await start('third');
  await eventually('an even spread', () => Math.max(...loads([first, second, third])) <= 22);
  await settled([first, second, third]);
  await third.host.drain();
  await eventually('an even spread over two', () => Math.max(...loads([first, second])) === 32);
  await settled([first, second]);
  expect(loads([third])).toEqual([0]);
});

patiently('takes over what a killed replica left, behind its watermark', async () => {
  const [survivor, victim] = await Promise.all([start('survivor'), start('victim')]);
  await eventually('both work', () => loads([survivor, victim]).every(load => load === 32));
  for (const partition of ALL_PARTITIONS) await deployment.publishUsage(partition, `before ${partition}`);
  await eventually('all applied', () => store.applied.length === 64);
  await victim.kill();
  for (const partition of ALL_PARTITIONS) await deployment.publishUsage(partition, `after ${partition}`);
  await settled([survivor]);
  await eventually('all applied by the survivor', () => store.applied.length === 128);
  expect(new Set(store.texts()).size).toBe(128);
  expect(store.applied.filter(row => row.writer === 'victim' && row.text?.startsWith('after'))).toEqual([]);
});

patiently('gives a partition up in order: finish the batch, close, and only then let the lease go', async () => {
  const order: string[] = [];
  let finish: () => void = () => undefined;
  const inHand = new Promise<void>(resolve => (finish = resolve));
  const drained = await start('drained', {
    disturbance: {
      beforeWrite: async () => {
        order.push('apply');
        await inHand;
        order.push('durable');
      },
      closed: () => order.push('close'),
    },
    observer: { ownership: (partition, change) => (partition === 5 ? order.push(change) : undefined) },
  });
  await settled([drained]);
  await deployment.publishUsage(5, 'in hand');
  await eventually('the batch is in hand', () => order.includes('apply'));
  await deployment.publishUsage(5, 'too late');
  const draining = drained.host.drain();
  const heir = await start('heir');
  expect(heir.host.owns(5)).toBe(false);
  finish();
  await draining;
  const closings = order.filter(step => step === 'close').length;
  expect(closings).toBe(64);
  expect(order.filter(step => step !== 'close')).toEqual(['acquired', 'apply', 'durable', 'released']);
  expect(order.lastIndexOf('close')).toBeLessThan(order.indexOf('released'));
  await settled([heir]);
  await eventually('the heir goes on', () => store.texts().includes('too late'));
  expect(store.applied.map(row => row.writer)).toEqual(['drained', 'heir']);
});

patiently('routes requests to the owner with trace headers and the remaining time, and throws what the owner threw', async () => {
  const seen: { headers: ReadonlyMap<string, string>; timeoutMs: number }[] = [];
  const serve: NonNullable<NonNullable<ReplicaOptions['disturbance']>['serve']> = async ({ data, headers, timeoutMs }) => {
    seen.push({ headers, timeoutMs });
    if (text(data) === 'refuse')
      throw new Refusal('GRANT_UNKNOWN', 'no such grant', { grant: 'g1' }, [{ field: 'grant', description: 'unknown' }]);
    if (text(data) === 'fail') throw new Fault('LOG_UNAVAILABLE', 'no answer', { stream: 'usage' });
    return bytes(`${text(data)}!`);
  };
  const [one, other] = await Promise.all([start('one', { disturbance: { serve } }), start('other', { disturbance: { serve } })]);
  await settled([one, other]);
  const remote = ALL_PARTITIONS.find(partition => other.host.owns(partition)) ?? -1;
  const local = ALL_PARTITIONS.find(partition => one.host.owns(partition)) ?? -1;
  const headers = new Map([['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']]);
  for (const partition of [remote, local]) {
    const answer = await one.host.request(partition, bytes('hello'), { timeoutMs: 2_000, headers });
    expect(text(answer)).toBe('hello!');
    const refused = one.host.request(partition, bytes('refuse'));
    await expect(refused).rejects.toBeInstanceOf(Refusal);
    await expect(refused).rejects.toMatchObject({ reason: 'GRANT_UNKNOWN', metadata: { grant: 'g1' }, violations: [{ field: 'grant' }] });
    const failed = one.host.request(partition, bytes('fail'));
    await expect(failed).rejects.toBeInstanceOf(Fault);
    await expect(failed).rejects.toMatchObject({ reason: 'LOG_UNAVAILABLE', metadata: { stream: 'usage' } });
  }
  expect(seen[0]?.headers.get('traceparent')).toBe(headers.get('traceparent'));
  expect(seen[0]?.timeoutMs).toBeGreaterThan(0);
  expect(seen[0]?.timeoutMs).toBeLessThanOrEqual(2_000);
});

patiently('says OWNER_UNAVAILABLE where nobody owns, and finds an owner that appears while it waits', async () => {
  const asker = await start('asker', {
    hostLimits: { ownerWaitMsMax: 10_000, requestMsDefault: 15_000, requestsPerPartitionMax: 1, drainMsMax: 5_000 },
  });
  const early = asker.host.request(3, bytes('?'));
  expect(text(await early)).toBe('asker');
  const [, lonely] = [await asker.host.drain(), asker.host.request(3, bytes('?'), { timeoutMs: 50 })];
  await expect(lonely).rejects.toMatchObject({ reason: 'OWNER_UNAVAILABLE' });
});

patiently('holds an owner to the deadline, and to a bounded number of requests in hand', async () => {
  const limits = { ownerWaitMsMax: 1_000, requestMsDefault: 5_000, requestsPerPartitionMax: 2, drainMsMax: 5_000 };
  let release: () => void = () => undefined;
  const released = new Promise<void>(resolve => (release = resolve));
  const slow = await start('slow', {
    hostLimits: limits,
    disturbance: {
      serve: async () => {
        await released;
        return bytes('late');
      },
    },
  });
  await settled([slow]);
  await expect(slow.host.request(0, bytes('?'), { timeoutMs: 30 })).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  const second = slow.host.request(0, bytes('?'));
  await expect(slow.host.request(0, bytes('?'))).rejects.toMatchObject({ reason: 'OWNER_BUSY' });
  release();
  expect(text(await second)).toBe('late');
});

patiently('tells the state of every partition, and knows the time from its renewals', async () => {
  const replica = await start('replica');
  await settled([replica]);
  await deployment.publishUsage(9, 'one');
  const sequence = await deployment.lastSequence('usage');
  await replica.host.reader(9)?.reached('usage', sequence);
  const status = replica.host.status()[9];
  expect(status).toMatchObject({
    partition: 9,
    isOpen: true,
    inputs: [{ stream: 'usage', watermark: sequence, lag: 0 }],
    waiting: undefined,
  });
  expect(status?.owner?.replica).toBe('replica');
  expect(status?.owner?.epoch).toBeGreaterThan(0);
  const { timestamp } = (await deployment.manager.streams.getMessage(deployment.streamName('usage'), { seq: sequence })) ?? {
    timestamp: '',
  };
  expect(Math.abs(replica.clock.nowMs() - Date.parse(timestamp))).toBeLessThan(10_000);
});

patiently('keeps its epochs through renewals, and takes a new one after a takeover', async () => {
  const first = await start('first');
  await settled([first]);
  const epochs = ALL_PARTITIONS.map(partition => first.host.owner(partition)?.epoch ?? 0);
  const bucket = `KV_${deployment.prefix}-leases`;
  const written = (await deployment.manager.streams.info(bucket)).state.last_seq;
  await eventually(
    'everything was renewed twice',
    async () => (await deployment.manager.streams.info(bucket)).state.last_seq > written + 130,
  );
  expect(ALL_PARTITIONS.map(partition => first.host.owner(partition)?.epoch)).toEqual(epochs);
  await first.host.drain();
  const second = await start('second');
  await settled([second]);
  for (const partition of ALL_PARTITIONS) expect(second.host.owner(partition)?.epoch).toBeGreaterThan(epochs[partition] ?? 0);
});

patiently('opens a partition again after its processor failed to open', async () => {
  let failures = 0;
  const replica = await start('replica', {
    processorFor: partition => {
      const processor = new StoringProcessor(partition, store, 'replica');
      const openAsUsual = processor.open.bind(processor);
      const open = (): Promise<Watermarks> => {
        if (partition !== 4 || failures === 3) return openAsUsual();
        failures += 1;
        return Promise.reject(new Fault('DATABASE_DOWN', 'no answer'));
      };
      return Object.assign(processor, { open });
    },
  });
  expect(replica.host.status()[4]?.isOpen).not.toBe(true);
  await settled([replica]);
  expect(failures).toBe(3);
});

patiently('gives every lease up when the bucket is another incarnation of itself, and answers under new epochs only', async () => {
  const replica = await start('replica');
  await settled([replica]);
  const before = replica.host.owner(0);
  const bucket = `KV_${deployment.prefix}-leases`;
  const { config } = await deployment.manager.streams.info(bucket);
  await deployment.manager.streams.update(bucket, { ...config, metadata: { ...config.metadata, [INCARNATION_KEY]: 'RESTORED' } });
  await eventually('all are owned anew', () =>
    ALL_PARTITIONS.every(partition => replica.host.owner(partition)?.incarnation === 'RESTORED'),
  );
  await settled([replica]);
  expect(before?.incarnation).not.toBe('RESTORED');
  expect(text(await replica.host.request(0, bytes('?')))).toBe('replica');
});

patiently('refuses a bucket that forgets after another time than the leases count with', async () => {
  const leaseTimes = { ttlMs: 15_000, renewEveryMs: 5_000, stepDownMs: 10_000 };
  await expect(startReplica(deployment, 'wrong', store, { leaseTimes })).rejects.toMatchObject({ reason: 'LEASES_NOT_AS_CONFIGURED' });
});

patiently('is quiet when nothing happens: a renewal per lease and a heartbeat, nothing else', async () => {
  const replica = await start('replica', { leaseTimes: SHORT_LEASES });
  await settled([replica]);
  const revision = async (): Promise<number> => (await deployment.manager.streams.info(`KV_${deployment.prefix}-leases`)).state.last_seq;
  const [revisionBefore, sentBefore] = [await revision(), replica.nats.stats().outMsgs];
  await eventually('three rounds of renewals', async () => (await revision()) >= revisionBefore + 3 * 65);
  const rounds = ((await revision()) - revisionBefore) / 65;
  // Beside 64 renewals a round: the member entry, its reading back, the look at the bucket; one more round may just have begun.
  expect(replica.nats.stats().outMsgs - sentBefore).toBeLessThanOrEqual(Math.ceil(rounds + 1) * 70);
});
