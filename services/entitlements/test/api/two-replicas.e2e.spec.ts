import {
  AccessServiceService,
  BalancesServiceService,
  BatchCheckAccessRequest,
  CheckAccessRequest,
  GetBalanceRequest,
  ListPartitionsRequest,
  OperationsServiceService,
} from '@drawdown/proto';
import { eventually, balanceOf, effectsOf, givenCatalog, givenCustomer, givenGrant, ingest, TOKENS, usage } from './given.js';
import { World, type Replica } from './world.js';

const CUSTOMERS = 24;

describe('two replicas', () => {
  let world: World;
  let one: Replica;
  let two: Replica;

  /** The owners as a replica knows them; settled when both hold about half. */
  const owners = async (replica: Replica): Promise<readonly string[]> => {
    const request = ListPartitionsRequest.fromPartial({});
    const { partitions } = await replica.client.call(OperationsServiceService.listPartitions, request);
    return partitions.map(({ owner }) => owner);
  };

  beforeAll(async () => {
    world = await World.create();
    one = await world.start();
    two = await world.start();
    await eventually('both own partitions', async () => {
      const held = await owners(one);
      return new Set(held).size === 2 && !held.includes('') ? true : undefined;
    });
    await givenCatalog(one.client);
  });
  afterAll(() => world.end());

  it('answer for each other, commands and reads alike, and see what the other wrote', async () => {
    for (let index = 0; index < CUSTOMERS; index += 1) {
      const [writer, reader] = index % 2 === 0 ? [one, two] : [two, one];
      const { customer, entitlement } = await givenCustomer(writer.client, '10');
      const { position } = await ingest(reader.client, [usage(customer, 3)], false);
      expect(await balanceOf(writer.client, customer, { minPosition: position })).toMatchObject({ balance: '7' });
      const grant = await givenGrant(reader.client, entitlement, '5');
      expect(await balanceOf(writer.client, customer, { minPosition: grant.position })).toMatchObject({ balance: '12' });
      expect(await effectsOf(writer.client, [usage(customer, 1, { type: 'unknown' })])).toEqual(['UNMATCHED']);
      const { freshness } = await reader.client.call(
        BalancesServiceService.getBalance,
        GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS }),
      );
      expect(freshness).toMatchObject({ stale: false });
    }
  });

  it('check a batch over the partitions of both, in the order of its questions', async () => {
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, async () => (await givenCustomer(one.client, '10')).customer));
    const request = BatchCheckAccessRequest.fromPartial({
      checks: customers.flatMap(customer => [
        { customer, featureKey: TOKENS },
        { customer, featureKey: 'unknown' },
      ]),
    });
    for (const { client } of [one, two]) {
      const { results } = await client.call(AccessServiceService.batchCheckAccess, request);
      expect(results.map(({ result }) => (result?.$case === 'access' ? result.value.hasAccess : undefined))).toEqual(
        customers.flatMap(() => [true, false]),
      );
    }
  });

  it('go on with what the other one held when it goes', async () => {
    const held = await Promise.all(Array.from({ length: CUSTOMERS }, () => givenCustomer(two.client, '10')));
    await ingest(
      two.client,
      held.map(({ customer }) => usage(customer, 4)),
    );
    await world.stop(two);
    for (const { customer } of held) {
      const answer = await eventually(`${customer} has an owner`, async () => {
        const request = CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS });
        const answered = await one.client.call(AccessServiceService.checkAccess, request).catch(() => undefined);
        return answered?.freshness?.stale === false ? answered : undefined;
      });
      expect(answer.access).toMatchObject({ balance: '6' });
    }
  });
});
