import { bucketNames } from '@drawdown/eventlog';
import type { PartitionHost } from '@drawdown/partitions';
import { Kvm, KvWatchInclude } from '@nats-io/kv';
import { NoRespondersError, RequestError } from '@nats-io/transport-node';
import { ownerSubject } from '../src/owner-call.js';
import { ChildReplica } from './child-replica.js';
import { ALL_PARTITIONS, Deployment, SHORT_LEASES } from './deployment.js';
import { eventually, PATIENCE_MS, patiently } from './eventually.js';
import { startResultReplica } from './result-replica.js';
import { ResultStream } from './result-stream.js';

let deployment: Deployment;
let results: ResultStream;
const children: ChildReplica[] = [];
const hosts: PartitionHost<string>[] = [];

beforeEach(async () => {
  deployment = await Deployment.create();
  results = await ResultStream.open(deployment.nats, deployment.prefix);
  await results.create();
}, PATIENCE_MS);
afterEach(async () => {
  await Promise.all(children.splice(0).map(child => child.kill()));
  await Promise.all(hosts.splice(0).map(host => host.drain()));
  await results.destroy();
  await deployment.destroy();
}, PATIENCE_MS);

const startChild = (name: string): ChildReplica => {
  const child = ChildReplica.start(deployment.prefix, name);
  children.push(child);
  return child;
};

const startHere = async (name: string): Promise<PartitionHost<string>> => {
  const nats = await deployment.connect(name);
  const host = await startResultReplica(nats, { prefix: deployment.prefix, name, leaseTimes: SHORT_LEASES });
  hosts.push(host);
  return host;
};

patiently('fences an owner that was paused in the middle of a batch: its write is refused, its epoch answers nobody', async () => {
  const partition = 7;
  const sleeper = startChild('sleeper');
  await sleeper.loaded(64);
  await deployment.publishUsage(partition, 'hold');
  const { epoch, incarnation } = await sleeper.report('holding');
  sleeper.signal('SIGSTOP');
  const heir = await startHere('heir');
  await eventually('the heir wrote the batch', async () => (await results.all()).some(({ texts }) => texts.includes('hold')));
  expect(heir.owner(partition)?.epoch).toBeGreaterThan(epoch);
  sleeper.goOn();
  sleeper.signal('SIGCONT');
  expect(await sleeper.report('woke')).toMatchObject({ isHeld: false });
  expect(await sleeper.report('wrote')).toMatchObject({ isRefused: true });
  const written = (await results.all()).filter(({ texts }) => texts.includes('hold'));
  expect(written).toMatchObject([{ writer: 'heir', partition }]);
  const oldSubject = ownerSubject(deployment.prefix, 'tested', { partition, epoch, incarnation });
  await eventually('the old epoch answers nobody', async () => {
    const asked = await deployment.nats.request(oldSubject, 'who?', { timeout: 1_000 }).then(
      reply => reply.headers?.get('Drawdown-Outcome'),
      (error: unknown) => error,
    );
    expect(asked).not.toBe('answer');
    return asked instanceof NoRespondersError || (asked instanceof RequestError && asked.isNoResponders());
  });
  // Awake again, it is a member like any other.
  await eventually('it shares the work again', () => ALL_PARTITIONS.filter(number => heir.owns(number)).length === 32);
  await sleeper.loaded(32);
});

patiently('loses nothing, doubles nothing and keeps the order of every partition while owners are killed', async () => {
  const partitions = ALL_PARTITIONS.slice(0, 8);
  let published = 0;
  const publish = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await Promise.all(partitions.map(partition => deployment.publishUsage(partition, String(published))));
      published += 1;
    }
  };
  let victim = startChild('left');
  await startHere('right');
  await victim.loaded(32);
  for (let round = 1; round <= 2; round += 1) {
    const publishing = publish(50);
    await eventually('some of it is written', async () => (await results.last(partitions[0] ?? 0)).watermark > 0);
    await victim.kill();
    await publishing;
    victim = startChild(`left-${round}`);
    await publish(20);
  }
  const expected = Array.from({ length: published }, (_, index) => String(index));
  const written = async (): Promise<string[][]> => {
    const all = await results.all();
    return partitions.map(partition => all.filter(result => result.partition === partition).flatMap(({ texts }) => texts));
  };
  await eventually('everything is written', async () => (await written()).every(texts => texts.length >= published));
  for (const texts of await written()) expect(texts).toEqual(expected);
});

patiently('drains on SIGTERM: every lease is deleted, none is left to expire, and the process ends by itself', async () => {
  const leaving = startChild('leaving');
  await leaving.loaded(64);
  await Promise.all(ALL_PARTITIONS.map(partition => deployment.publishUsage(partition, 'last')));
  await eventually('it works', async () => (await results.all()).length > 0);
  const bucket = await new Kvm(deployment.nats).open(bucketNames(deployment.prefix).leases);
  const deleted = new Set<string>();
  const watch = await bucket.watch({ include: KvWatchInclude.UpdatesOnly });
  const watching = (async () => {
    for await (const { key, operation } of watch) if (operation === 'DEL') deleted.add(key);
  })();
  leaving.signal('SIGTERM');
  expect(await leaving.exited).toBe(0);
  await eventually('all leases and the membership are deleted', () => deleted.size === 65);
  watch.stop();
  await watching;
  await startHere('heir');
  await eventually('the heir finishes', async () => (await results.all()).flatMap(({ texts }) => texts).length === 64);
});
