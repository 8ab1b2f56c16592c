import { randomUUID } from 'node:crypto';
import { CancelUsageRequest, UsageServiceService } from '@drawdown/proto';
import { newCommand, refusalOf, timestamp, type Client } from './client.js';
import { balanceOf, effectsOf, eventually, givenCatalog, givenCustomer, ingest, usage } from './given.js';
import { cloudEvent, FORMS, publish, publishEnvelope } from './stream.js';
import { World, type Replica } from './world.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SOURCE = '/producers/one';

describe('an event counts once', () => {
  let world: World;
  let replica: Replica;
  let client: Client;
  beforeAll(async () => {
    ({ world, replica } = await World.withReplica());
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const cancel = (customer: string, id: string, more: Partial<CancelUsageRequest> = {}) =>
    client.call(
      UsageServiceService.cancelUsage,
      CancelUsageRequest.fromPartial({ ...newCommand(), customer, source: '/tests', id, ...more }),
    );
  const expectBalance = (customer: string, balance: string): Promise<unknown> =>
    eventually(`${customer} at ${balance}`, async () => ((await balanceOf(client, customer)).balance === balance ? true : undefined));

  it('however often it stands in one batch and in the next', async () => {
    const { customer } = await givenCustomer(client, '10');
    const event = usage(customer, 3);
    expect(await effectsOf(client, [event, event, usage(customer, 1), event])).toEqual(['COUNTED', 'DUPLICATE', 'COUNTED', 'DUPLICATE']);
    expect(await effectsOf(client, [event])).toEqual(['DUPLICATE']);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '6' });
  });

  it('in whatever form it comes, and by whatever way', async () => {
    const { customer } = await givenCustomer(client, '10');
    const event = cloudEvent(customer, 'same', 3, { time: '2026-01-01T00:00:00Z', data: { tokens: 3, model: 'a' } });
    const now = { ...event, time: new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000).toISOString().replace('.000Z', 'Z') };
    for (const encode of [FORMS.structured, FORMS.binary, FORMS.batch]) await publish(world, customer, encode(now));
    await publishEnvelope(world, customer, [now, cloudEvent(customer, 'end', 1), now]);
    await expectBalance(customer, '6');
    const viaRpc = usage(customer, 3, {
      id: 'same',
      source: SOURCE,
      time: timestamp(Date.parse(now.time)),
      data: Buffer.from('{"model":"a","tokens":3.0}'),
    });
    expect(await effectsOf(client, [viaRpc])).toEqual(['DUPLICATE']);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '6' });
  });

  it('with what it said first, where another one comes under its id', async () => {
    const { customer } = await givenCustomer(client, '10');
    const event = usage(customer, 3, { atMs: Date.now() - 60_000 });
    expect(await effectsOf(client, [event, { ...event, data: Buffer.from('{"tokens":4}') }])).toEqual(['COUNTED', 'MISMATCH']);
    const others = [
      { ...event, data: Buffer.from('{"tokens":"3"}') },
      { ...event, type: 'other' },
      { ...event, time: timestamp(Date.now() - 120_000) },
      { ...event, time: undefined },
    ];
    expect(await effectsOf(client, others)).toEqual(others.map(() => 'MISMATCH'));
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '7' });
  });

  it('for each customer and each source', async () => {
    const one = await givenCustomer(client, '10');
    const two = await givenCustomer(client, '10');
    const id = randomUUID();
    const events = [usage(one.customer, 1, { id }), usage(two.customer, 2, { id }), usage(one.customer, 4, { id, source: '/other' })];
    expect(await effectsOf(client, events)).toEqual(['COUNTED', 'COUNTED', 'COUNTED']);
    expect(await balanceOf(client, one.customer)).toMatchObject({ balance: '5' });
    expect(await balanceOf(client, two.customer)).toMatchObject({ balance: '8' });
  });

  it('even if many send it at the same time', async () => {
    const { customer } = await givenCustomer(client, '10');
    const event = usage(customer, 3);
    const effects = (await Promise.all(Array.from({ length: 12 }, () => effectsOf(client, [event])))).flat();
    expect(effects.sort()).toEqual(['COUNTED', ...Array.from({ length: 11 }, () => 'DUPLICATE')]);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '7' });
  });

  it('after a restart as before', async () => {
    const { customer } = await givenCustomer(client, '10');
    const event = usage(customer, 3);
    const cancelled = usage(customer, 2);
    const early = usage(customer, 1);
    await ingest(client, [event, cancelled]);
    await cancel(customer, cancelled.id);
    await cancel(customer, early.id);
    await world.stop(replica);
    replica = await world.start();
    ({ client } = replica);
    expect(await effectsOf(client, [event, { ...event, data: Buffer.from('{"tokens":9}') }, cancelled, early])).toEqual([
      'DUPLICATE',
      'MISMATCH',
      'DUPLICATE',
      'CANCELLED',
    ]);
    expect(await balanceOf(client, customer)).toMatchObject({ balance: '7' });
  });

  describe('and taking it back', () => {
    it('equals never having had it, however often it is taken back', async () => {
      const { customer } = await givenCustomer(client, '10');
      const event = usage(customer, 3);
      await ingest(client, [event, usage(customer, 1)]);
      for (let time = 0; time < 3; time += 1) {
        const { position } = await cancel(customer, event.id);
        expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ balance: '9', usageInPeriod: '1' });
      }
      expect(await effectsOf(client, [event])).toEqual(['DUPLICATE']);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '9' });
    });

    it('meets it when it comes later', async () => {
      const { customer } = await givenCustomer(client, '10');
      const event = usage(customer, 3);
      await cancel(customer, event.id);
      expect(await effectsOf(client, [event, event])).toEqual(['CANCELLED', 'DUPLICATE']);
      await cancel(customer, event.id);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '10', usageInPeriod: '0' });
    });

    it('gives back what a late event took', async () => {
      const { customer } = await givenCustomer(client, '10', { measuredSinceMs: 3 * DAY_MS });
      const event = usage(customer, 3, { atMs: Date.now() - 2 * DAY_MS });
      await ingest(client, [event]);
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '7' });
      const { position } = await cancel(customer, event.id);
      expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ balance: '10' });
      expect(await balanceOf(client, customer, { at: timestamp(Date.now() - DAY_MS) })).toMatchObject({ balance: '10' });
    });

    it('takes back the first of two that came under one id', async () => {
      const { customer } = await givenCustomer(client, '10');
      const event = usage(customer, 3);
      await ingest(client, [event]);
      await ingest(client, [{ ...event, data: Buffer.from('{"tokens":5}') }]);
      const { position } = await cancel(customer, event.id);
      expect(await balanceOf(client, customer, { minPosition: position })).toMatchObject({ balance: '10' });
    });

    it('is an event of its own in the stream', async () => {
      const { customer } = await givenCustomer(client, '10');
      const type = 'drawdown.usage.event.cancelled.v1';
      await publishEnvelope(world, customer, [
        cloudEvent(customer, 'a', 3),
        cloudEvent(customer, 'a', 0, { id: 'takes-a-back', type, data: { source: SOURCE, id: 'a' } }),
        cloudEvent(customer, 'b', 4),
      ]);
      await expectBalance(customer, '6');
    });

    it('counts once under its request id, and is refused for another event under it', async () => {
      const { customer } = await givenCustomer(client, '10');
      const [one, two] = [usage(customer, 3), usage(customer, 4)];
      await ingest(client, [one, two]);
      const command = newCommand();
      await cancel(customer, one.id, command);
      await cancel(customer, one.id, command);
      expect(await refusalOf(cancel(customer, two.id, command))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'IDEMPOTENCY_MISMATCH',
        metadata: { commandId: command.requestId },
      });
      expect(await balanceOf(client, customer)).toMatchObject({ balance: '6' });
    });

    it('is refused when it was asked for too long ago, or in the future', async () => {
      const { customer } = await givenCustomer(client, '10');
      expect(await refusalOf(cancel(customer, 'e', { requestTime: timestamp(Date.now() - DAY_MS - HOUR_MS) }))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'COMMAND_EXPIRED',
      });
      expect(await refusalOf(cancel(customer, 'e', { requestTime: timestamp(Date.now() + HOUR_MS) }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'VALIDATION',
        violations: [{ field: 'request_time' }],
      });
    });
  });
});
