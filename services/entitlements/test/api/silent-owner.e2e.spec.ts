import { bucketNames } from '@drawdown/eventlog';
import {
  AccessServiceService,
  BalancesServiceService,
  BatchCheckAccessRequest,
  CheckAccessRequest,
  CreateGrantRequest,
  GetBalanceRequest,
  GrantsServiceService,
} from '@drawdown/proto';
import { Kvm, type KV } from '@nats-io/kv';
import { millis, newCommand, refusalOf, timestamp, type Client } from './client.js';
import { eventually, givenCatalog, givenCustomer, givenGrant, ingest, TOKENS, usage } from './given.js';
import { World } from './world.js';

const KEEP_EVERY_MS = 1_000;

/** Keeps the leases of a replica that is gone alive, as a replica does that hangs: it renews and answers nothing. */
class Ghost {
  #entries: readonly { readonly key: string; readonly value: Uint8Array }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly bucket: KV) {}

  /** Takes note of what the living one holds. */
  async watch(): Promise<void> {
    const entries: { key: string; value: Uint8Array }[] = [];
    for await (const key of await this.bucket.keys()) {
      const entry = await this.bucket.get(key);
      if (entry !== null) entries.push({ key, value: entry.value });
    }
    this.#entries = entries;
  }

  async haunt(): Promise<void> {
    await this.#renew();
    this.#timer = setInterval(() => void this.#renew(), KEEP_EVERY_MS);
  }

  rest(): void {
    clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    await Promise.all(this.#entries.map(({ key, value }) => this.bucket.put(key, value)));
  }
}

describe('an owner that is silent', () => {
  let world: World;
  let client: Client;
  let ghost: Ghost;
  let customer: string;
  let position: string;
  let knownUntilMs: number;

  beforeAll(async () => {
    world = await World.create();
    ghost = new Ghost(await new Kvm(world.nats).open(bucketNames(world.prefix).leases));
    const first = await world.start();
    await givenCatalog(first.client);
    const given = await givenCustomer(first.client, '10');
    ({ customer } = given);
    await ingest(first.client, [usage(customer, 3)]);
    ({ position } = await givenGrant(first.client, given.entitlement, '5'));
    const read = GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition: position });
    const { freshness } = await first.client.call(BalancesServiceService.getBalance, read);
    position = freshness?.position ?? '';
    await ghost.watch();
    await world.stop(first);
    await ghost.haunt();
    knownUntilMs = Date.now();
    ({ client } = await world.start());
  });
  afterAll(async () => {
    ghost.rest();
    await world.end();
  });

  const readBalance = (minPosition = '') =>
    client.call(BalancesServiceService.getBalance, GetBalanceRequest.fromPartial({ customer, featureKey: TOKENS, minPosition }));

  it('is answered for from the stored documents, which say that they are stale and since when', async () => {
    const { balance, freshness } = await readBalance();
    expect(balance).toMatchObject({ balance: '12', usageInPeriod: '3' });
    expect(freshness).toMatchObject({ stale: true });
    expect(millis(freshness?.asOf)).toBeLessThanOrEqual(knownUntilMs);
    const checked = await client.call(AccessServiceService.checkAccess, CheckAccessRequest.fromPartial({ customer, featureKey: TOKENS }));
    expect(checked).toMatchObject({ access: { hasAccess: true, balance: '12' }, freshness: { stale: true } });
    const batch = BatchCheckAccessRequest.fromPartial({ checks: [{ customer, featureKey: TOKENS }] });
    const { results } = await client.call(AccessServiceService.batchCheckAccess, batch);
    expect(results).toMatchObject([{ result: { $case: 'access', value: { balance: '12' } }, freshness: { stale: true } }]);
  });

  it('is answered for up to a position that is stored, and for no later one', async () => {
    expect(await readBalance(position)).toMatchObject({ balance: { balance: '12' }, freshness: { stale: true } });
    const { position: later } = await ingest(client, [usage(customer, 1)], false);
    expect(await refusalOf(readBalance(later))).toMatchObject({ code: 'UNAVAILABLE', reason: 'STALE_READ' });
  });

  it('takes no commands, which may be sent again', async () => {
    const grant = { customer, featureKey: TOKENS, amount: '1', effectiveAt: timestamp(Date.now()) };
    const request = CreateGrantRequest.fromPartial({ ...newCommand(), grant });
    expect(await refusalOf(client.call(GrantsServiceService.createGrant, request))).toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'OWNER_UNAVAILABLE',
    });
  });

  it('is replaced when its lease ends, and everything is known again', async () => {
    ghost.rest();
    const answer = await eventually('an owner answers', async () => {
      const read = await readBalance();
      return read.freshness?.stale === false ? read : undefined;
    });
    expect(answer.balance).toMatchObject({ balance: '11', usageInPeriod: '4' });
  });
});
