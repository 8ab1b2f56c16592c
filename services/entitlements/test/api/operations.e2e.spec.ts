import {
  AuditProjectionRequest,
  ListPartitionsRequest,
  OperationsServiceService,
  RebuildRequest,
  SetAsideMessageRequest,
  TakeBackMessageRequest,
} from '@drawdown/proto';
import { encodeStructured } from '@drawdown/cloudevents';
import { newCommand, refusalOf, type Client } from './client.js';
import { balanceOf, eventually, givenCatalog, givenCustomer, ingest, usage } from './given.js';
import { cloudEvent, publish } from './stream.js';
import { World } from './world.js';

const REBUILD = { deadlineMs: 60_000 };

describe('operations', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const rebuild = () =>
    client.collect(OperationsServiceService.rebuild, RebuildRequest.fromPartial({ projection: 'entitlements' }), REBUILD);
  const setAside = (sequence: number, by = client, stream = 'usage') =>
    by.call(
      OperationsServiceService.setAsideMessage,
      SetAsideMessageRequest.fromPartial({ ...newCommand(), stream, sequence, reason: 'a test' }),
    );
  const takeBack = (sequence: number, by = client) =>
    by.call(OperationsServiceService.takeBackMessage, TakeBackMessageRequest.fromPartial({ ...newCommand(), stream: 'usage', sequence }));
  const audit = (partition: number) =>
    client.call(OperationsServiceService.auditProjection, AuditProjectionRequest.fromPartial({ projection: 'entitlements', partition }));
  const expectUsage = (customer: string, usageInPeriod: string): Promise<unknown> =>
    eventually(`usage ${usageInPeriod}`, async () =>
      (await balanceOf(client, customer)).usageInPeriod === usageInPeriod ? true : undefined,
    );

  it('tell all partitions, their owner and how far they are', async () => {
    const { customer } = await givenCustomer(client, '10');
    await ingest(client, [usage(customer, 1)]);
    const { partitions } = await client.call(OperationsServiceService.listPartitions, ListPartitionsRequest.fromPartial({}));
    expect(partitions.map(({ number }) => number)).toEqual(Array.from({ length: 64 }, (_, number) => number));
    expect(new Set(partitions.map(({ owner }) => owner)).size).toBe(1);
    expect(partitions.every(({ epoch, waiting }) => epoch > 0 && waiting === undefined)).toBe(true);
    const { streams } = partitions[world.subjects.customerPartition('acme', customer)] ?? { streams: [] };
    expect(streams.map(({ stream, lagMessages }) => [stream, lagMessages])).toEqual([
      ['usage', 0],
      ['entitlements', 0],
    ]);
    expect(streams.every(({ watermark }) => watermark > 0)).toBe(true);
  });

  it('rebuild, with the same balances before and after, and an audit that finds nothing', async () => {
    const { customer } = await givenCustomer(client, '10');
    await ingest(client, [usage(customer, 1), usage(customer, 2)]);
    const before = await balanceOf(client, customer);
    const progress = await rebuild();
    expect(progress.at(-1)).toMatchObject({ done: true, partitionsDone: 64, partitionsTotal: 64 });
    expect(progress.slice(0, -1).every(({ done }) => !done)).toBe(true);
    await expectUsage(customer, '3');
    expect({ ...(await balanceOf(client, customer)), at: undefined }).toEqual({ ...before, at: undefined });
    const { documents, differenceCount } = await audit(world.subjects.customerPartition('acme', customer));
    expect(documents).toBeGreaterThan(0);
    expect(differenceCount).toBe(0);
  });

  it('say what an audit finds', async () => {
    const { customer, position } = await givenCustomer(client, '10');
    expect(position).not.toBe('');
    await ingest(client, [usage(customer, 1)]);
    const partition = world.subjects.customerPartition('acme', customer);
    const collections = await world.db.listCollections({}, { nameOnly: true }).toArray();
    for (const { name } of collections.filter(({ name }) => name.startsWith('grants'))) {
      await world.db.collection(name).updateMany({ customer }, { $set: { featureKey: 'forged' } });
    }
    const { differences, differenceCount } = await audit(partition);
    expect(differenceCount).toBe(1);
    expect(differences).toMatchObject([{ collection: 'grants', field: 'featureKey', stored: '"forged"', folded: '"tokens"' }]);
  });

  it('set a message aside: every fold from then on passes it over, until it is taken back', async () => {
    const { customer } = await givenCustomer(client, '10');
    const sequence = await publish(world, customer, encodeStructured(cloudEvent(customer, 'bad', 4)));
    await publish(world, customer, encodeStructured(cloudEvent(customer, 'good', 1)));
    await expectUsage(customer, '5');
    const stranger = world.clientOf(client.address, await world.token('globex'));
    await setAside(sequence);
    await setAside(sequence);
    await rebuild();
    await expectUsage(customer, '1');
    expect((await audit(world.subjects.customerPartition('acme', customer))).differenceCount).toBe(0);
    await takeBack(sequence, stranger);
    await rebuild();
    await expectUsage(customer, '5');
  });

  it('refuse to set aside what is not there, or of an unknown stream', async () => {
    for (const call of [setAside(1_000_000), takeBack(1_000_000)]) {
      expect(await refusalOf(call)).toMatchObject({ code: 'NOT_FOUND', metadata: { kind: 'message', id: 'usage/1000000' } });
    }
    expect(await refusalOf(setAside(1, client, 'hits'))).toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field: 'stream' }] });
  });

  it('refuse an unknown projection and an unknown partition', async () => {
    const other = RebuildRequest.fromPartial({ projection: 'other' });
    expect(await refusalOf(client.collect(OperationsServiceService.rebuild, other))).toMatchObject({
      violations: [{ field: 'projection' }],
    });
    expect(await refusalOf(audit(64))).toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field: 'partition' }] });
  });
});
