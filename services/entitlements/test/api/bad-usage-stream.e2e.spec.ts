import { randomUUID } from 'node:crypto';
import { encodeStructured } from '@drawdown/cloudevents';
import {
  ListDeadLettersRequest,
  OperationsServiceService,
  ReplayDeadLetterRequest,
  type DeadLetter,
  type ListDeadLettersResponse,
} from '@drawdown/proto';
import { refusalOf, type Client } from './client.js';
import { balanceOf, eventually, givenCatalog, givenCustomer } from './given.js';
import { cloudEvent, FORMS, publish, publishEnvelope, publishRaw } from './stream.js';
import { World } from './world.js';

const DAY_MS = 86_400_000;
const STRUCTURED = [['content-type', 'application/cloudevents+json']] as const;
const BATCH = [['content-type', 'application/cloudevents-batch+json']] as const;
const PAGE = 1_000;

describe('bad usage in the stream', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(() => world.end());

  const listDeadLetters = (pageSize = PAGE, pageToken = ''): Promise<ListDeadLettersResponse> =>
    client.call(OperationsServiceService.listDeadLetters, ListDeadLettersRequest.fromPartial({ pageSize, pageToken }));
  const deadLettersOf = async (sequence: number): Promise<DeadLetter[]> =>
    (await listDeadLetters()).deadLetters.filter(letter => letter.originalSequence === sequence);
  /** Every copy of a message, once there is one. */
  const deadLetterOf = (sequence: number): Promise<DeadLetter> =>
    eventually(`the dead letter of ${sequence}`, async () => (await deadLettersOf(sequence))[0]);
  /** The partition goes on: what was published afterwards counts. */
  const expectCounted = (customer: string, balance: string): Promise<unknown> =>
    eventually(`${customer} at ${balance}`, async () => ((await balanceOf(client, customer)).balance === balance ? true : undefined));

  describe.each(Object.keys(FORMS) as (keyof typeof FORMS)[])('as %s', form => {
    const encode = FORMS[form];

    it.each([
      ['of another customer', 'SUBJECT_MISMATCH', (customer: string) => encode(cloudEvent(`${customer}x`, 'e', 1))],
      [
        'that names another namespace',
        'SUBJECT_MISMATCH',
        (customer: string) => encode(cloudEvent(customer, 'e', 1, { extensions: { namespace: 'globex' } })),
      ],
      [
        'more than a day ahead',
        'EVENT_TIME_IN_FUTURE',
        (customer: string) => encode(cloudEvent(customer, 'e', 1, { time: new Date(Date.now() + DAY_MS + 60_000).toISOString() })),
      ],
      ['that is too large', 'EVENT_TOO_LARGE', (customer: string) => encode(cloudEvent(customer, 'e', 1, { data: 'x'.repeat(100_000) }))],
      ['that is nested too deep', 'EVENT_TOO_DEEP', (customer: string) => encode(cloudEvent(customer, 'e', 1, { data: nested(40) }))],
      [
        'that takes back nothing',
        'EVENT_INVALID',
        (customer: string) => encode(cloudEvent(customer, 'e', 1, { type: 'drawdown.usage.event.cancelled.v1' })),
      ],
    ])('puts an event %s aside and goes on', async (_what, reason, bad) => {
      const { customer } = await givenCustomer(client, '10');
      const encoded = bad(customer);
      const sequence = await publish(world, customer, encoded);
      await publish(world, customer, encode(cloudEvent(customer, 'good', 3)));
      await expectCounted(customer, '7');
      expect(await deadLetterOf(sequence)).toMatchObject({
        reason,
        stream: 'usage',
        subject: world.subjects.usageStored('acme', customer),
        originalSequence: sequence,
        data: Buffer.from(encoded.data.subarray(0, 4_096)),
      });
      expect(await deadLettersOf(sequence)).toHaveLength(1);
    });

    it('keeps a sound event that no meter can use, without putting it aside', async () => {
      const { customer } = await givenCustomer(client, '10');
      const sequence = await publish(world, customer, encode(cloudEvent(customer, 'e', -1)));
      await publish(world, customer, encode(cloudEvent(customer, 'unknown', 1, { type: 'unknown' })));
      await publish(world, customer, encode(cloudEvent(customer, 'good', 3)));
      await expectCounted(customer, '7');
      expect(await deadLettersOf(sequence)).toEqual([]);
    });
  });

  it.each([
    ['no JSON', '{"specversion":', STRUCTURED, 'UNPARSABLE'],
    ['nothing', '', STRUCTURED, 'UNPARSABLE'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), STRUCTURED, 'UNPARSABLE'],
    ['another format', '\u0000', [['content-type', 'application/cloudevents+avro']] as const, 'UNPARSABLE'],
    ['no event', '{"tokens":5}', STRUCTURED, 'EVENT_INVALID'],
    ['no event in binary form', '{"tokens":5}', [], 'EVENT_INVALID'],
    ['a future version of CloudEvents', '{"specversion":"2.0","id":"a","source":"b","type":"c"}', STRUCTURED, 'EVENT_INVALID'],
    ['an event without a subject', '{"specversion":"1.0","id":"a","source":"b","type":"c"}', STRUCTURED, 'EVENT_INVALID'],
    [
      'an event with a time of no calendar',
      '{"specversion":"1.0","id":"a","source":"b","type":"c","time":"2025-02-30T00:00:00Z"}',
      STRUCTURED,
      'EVENT_INVALID',
    ],
    ['a batch that is none', '{}', BATCH, 'UNPARSABLE'],
    ['a batch of too many', `[${Array.from({ length: 1_001 }, () => '{}').join(',')}]`, BATCH, 'ENVELOPE_TOO_LARGE'],
    ['JSON nested half a million deep', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, STRUCTURED, 'EVENT_TOO_LARGE'],
  ])('puts aside what is %s, and goes on', async (_what, data, headers, reason) => {
    const { customer } = await givenCustomer(client, '10');
    const sequence = await publishRaw(world, world.subjects.usage('acme', customer), data, headers);
    await publish(world, customer, encodeStructured(cloudEvent(customer, 'good', 3)));
    await expectCounted(customer, '7');
    expect(await deadLetterOf(sequence)).toMatchObject({ reason, originalSequence: sequence });
  });

  it('puts aside what was published to a partition or subject where it does not belong', async () => {
    const { customer } = await givenCustomer(client, '10');
    const partition = (world.subjects.customerPartition('acme', customer) + 1) % 64;
    const foreign = await publishEnvelope(world, customer, [cloudEvent(customer, 'e', 1)], { partition });
    expect(await deadLetterOf(foreign)).toMatchObject({
      reason: 'ENVELOPE_FOREIGN',
      subject: world.subjects.usageBatch(partition, 'acme'),
    });
    await publishEnvelope(world, customer, [cloudEvent(customer, 'e', 1)]);
    await expectCounted(customer, '9');
  });

  it('counts the others of an envelope that holds bad ones, each put aside by itself', async () => {
    const { customer } = await givenCustomer(client, '10');
    const sequence = await publishEnvelope(world, customer, [
      cloudEvent(customer, 'a', 1),
      cloudEvent(customer, 'b', 1, { time: new Date(Date.now() + 2 * DAY_MS).toISOString() }),
      cloudEvent(customer, 'c', 2),
      cloudEvent(customer, 'd', 1, { extensions: { namespace: 'globex' } }),
    ]);
    await expectCounted(customer, '7');
    const reasons = (await deadLettersOf(sequence)).map(({ reason }) => reason);
    expect(reasons.sort()).toEqual(['ENVELOPE_FOREIGN', 'EVENT_TIME_IN_FUTURE']);
  });

  it('pages through the dead letters in the order in which they came', async () => {
    const { customer } = await givenCustomer(client, '10');
    const subject = world.subjects.usage('acme', customer);
    const sequences = [];
    for (let count = 0; count < 3; count += 1) sequences.push(await publishRaw(world, subject, 'nonsense', STRUCTURED));
    await deadLetterOf(sequences.at(-1) ?? 0);
    const { deadLetters: all } = await listDeadLetters();
    const paged: DeadLetter[] = [];
    for (let token = ''; ;) {
      const page = await listDeadLetters(2, token);
      paged.push(...page.deadLetters);
      token = page.nextPageToken;
      if (token === '') break;
      expect(page.deadLetters).toHaveLength(2);
    }
    expect(paged).toEqual(all);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map(({ sequence }) => sequence).sort((left, right) => left - right));
    expect(await refusalOf(listDeadLetters(2, 'nonsense'))).toMatchObject({ reason: 'VALIDATION', violations: [{ field: 'page_token' }] });
  });

  it('publishes a dead letter again, to where it came from', async () => {
    const { customer } = await givenCustomer(client, '10');
    const early = cloudEvent(customer, randomUUID(), 4, { time: new Date(Date.now() + DAY_MS + 1_500).toISOString() });
    const letter = await deadLetterOf(await publish(world, customer, FORMS.binary(early)));
    const again = await eventually('the event is in time', async () => {
      const { position } = await client.call(
        OperationsServiceService.replayDeadLetter,
        ReplayDeadLetterRequest.fromPartial({ sequence: letter.sequence }),
      );
      const { usageInPeriod } = await balanceOf(client, customer, {
        minPosition: position,
        at: early.time === undefined ? undefined : tomorrow(),
      });
      return usageInPeriod === '4' ? position : undefined;
    });
    expect(again).not.toBe('');
    const unknown = ReplayDeadLetterRequest.fromPartial({ sequence: 1_000_000 });
    expect(await refusalOf(client.call(OperationsServiceService.replayDeadLetter, unknown))).toMatchObject({
      code: 'NOT_FOUND',
      metadata: { kind: 'dead letter', id: '1000000' },
    });
  });
});

const nested = (depth: number): [] => (depth === 0 ? [] : ([nested(depth - 1)] as unknown as []));

const tomorrow = (): { readonly seconds: number; readonly nanos: number } => ({
  seconds: Math.floor((Date.now() + DAY_MS + 120_000) / 1_000),
  nanos: 0,
});
