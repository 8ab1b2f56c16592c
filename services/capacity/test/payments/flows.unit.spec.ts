import { settleReservation } from '../../src/application/flows/owed-by-reservation.js';
import { settlePayouts } from '../../src/application/flows/payouts.js';
import { TopUps } from '../../src/application/flows/top-ups.js';
import { PrepaidLedger } from '../../src/application/payments/prepaid-ledger.js';
import {
  DEFAULT_POLICY,
  evolvePool,
  owedByReservation,
  type Party,
  type Pool,
  type PoolCommand,
  type Reservation,
} from '../../src/domain/index.js';
import { MemoryCalls } from '../api/memory-calls.js';
import { CUSTOMER_KEY } from '../support/purchases.js';

const LIMITS = { remainingMs: () => 1_000 };
const ASSET = 'TFT:LEDGER';
const POOL_ID = 7;
const PRICE = 385n * 3_600n;

/** A pool of one customer, whose steps are kept so that its state can be looked at. */
class Shop {
  readonly calls = new MemoryCalls();
  readonly nowMs = Date.now();
  readonly #seconds = Math.floor(this.nowMs / 1_000);
  #pool: Pool | undefined;
  #steps = 0;

  readonly ledger = new PrepaidLedger(async ({ tid, id, command }) => {
    const { events } = await this.calls.execute('party', 'shop', tid, this.given(id, command));
    return events.at(-1)?.party ?? (await this.party());
  });

  readonly topUps = new TopUps({
    calls: this.calls,
    payments: this.ledger,
    terms: { network: 'main', assets: new Map([['TFT', ASSET]]), isFree: false },
    nowMs: () => this.nowMs,
  });

  given<Command>(id: string, command: Command): { id: string; createdAtMs: number; bodyHash: string; command: Command } {
    return { id, createdAtMs: this.nowMs, bodyHash: '', command };
  }

  async prepare(): Promise<void> {
    const party = { type: 'register', namespace: 'shop', tid: 11, publicKey: CUSTOMER_KEY, isTrustedChannel: false } as const;
    await this.calls.execute('party', 'shop', 11, this.given('party', party));
    await this.calls.execute('party', 'shop', 11, this.given('deposit', { type: 'deposit', asset: ASSET, amount: PRICE }));
    const farm = {
      type: 'register',
      namespace: 'shop',
      farmId: 3,
      payouts: [{ currency: 'TFT', address: 'f' }],
      agreedPrices: [],
    } as const;
    await this.calls.execute('farm', 'shop', 3, this.given('farm', farm));
    const node = { type: 'register', namespace: 'shop', nodeId: 'node-a', farmId: 3, isFreeToUse: false } as const;
    await this.calls.execute('node', 'shop', 'node-a', this.given('node', node));
    const at = this.#seconds;
    await this.tell({ type: 'open', poolId: POOL_ID, namespace: 'shop', owner: 11, sponsor: 0, nodeIds: ['node-a'], at });
    const topUp = {
      belowSeconds: 600,
      amounts: [3_600_000, 0, 0] as const,
      periodSeconds: 86_400,
      purchasesPerPeriodMax: 1,
      balanceMax: [10_000_000, 0, 0] as const,
    };
    await this.tell({ type: 'set-policy', policy: { ...DEFAULT_POLICY, topUp }, at });
    await this.tell({ type: 'credit', source: { cause: 'gift' }, amounts: [100_000, 0, 0], nodeIds: [], at });
    await this.tell({ type: 'activate', workloadId: 1, rates: [1_000, 0, 0], formulaVersion: 2, at });
    await this.tell({ type: 'check', at });
  }

  async tell({ at, ...command }: PoolCommand): Promise<void> {
    this.#steps += 1;
    const given = { ...this.given(`step:${this.#steps}`, command), when: { atLeast: at } };
    const { events } = await this.calls.execute('pool', 'shop', POOL_ID, given);
    this.#pool = events.reduce<Pool | undefined>(evolvePool, this.#pool);
  }

  /** The pool as far as it was told something here. */
  get pool(): Pool {
    if (this.#pool === undefined) throw new Error('the pool is not open');
    return this.#pool;
  }

  async party(): Promise<Party> {
    return (await this.calls.ask('party/get', 'shop', 11, {}, { minPosition: '', ...LIMITS })).answer;
  }

  async reservation(id: number): Promise<Reservation> {
    return (await this.calls.ask('reservation/get', 'shop', id, {}, { minPosition: '', ...LIMITS })).answer;
  }

  /** What the worker of the payments does. */
  async pay(id: number): Promise<void> {
    for (const owed of owedByReservation(await this.reservation(id))) {
      if (owed.type === 'collect') {
        const receipt = await this.ledger.collect(owed.order);
        if (receipt === undefined) continue;
        await this.calls.execute('reservation', 'shop', id, this.given('received', { type: 'report-payment', ...receipt }));
      }
      if (owed.type === 'refund') {
        await this.ledger.refund(owed.order);
        const { ordinal } = owed.order;
        await this.calls.execute('reservation', 'shop', id, this.given('refunded', { type: 'confirm-refund', ordinal }));
      }
    }
  }
}

describe('a pool that buys for itself (§15.2)', () => {
  it('gets one reservation, however often it is asked for, that its owner pays', async () => {
    const shop = new Shop();
    await shop.prepare();
    expect(shop.pool.topUps.open).toMatchObject({ topUpId: 1 });
    for (let repeat = 0; repeat < 3; repeat += 1) await shop.topUps.order(shop.pool, LIMITS);
    const asked = await shop.reservation(1);
    expect(asked).toMatchObject({ poolId: POOL_ID, topUpId: 1, customerTid: 11, status: 'awaiting-payment', payment: { amount: PRICE } });
    await expect(shop.reservation(2)).rejects.toMatchObject({ reason: 'RESERVATION_NOT_FOUND' });
    await shop.pay(1);
    await settleReservation(shop.calls, await shop.reservation(1), shop.nowMs, LIMITS);
    const settled = await shop.reservation(1);
    expect(settled.status).toBe('settled');
    expect((await shop.party()).funds).toEqual([]);
    expect(owedByReservation(settled).map(({ type }) => type)).toEqual(['end-top-up', 'conclude']);
  });

  it('is told when nothing can be ordered', async () => {
    const shop = new Shop();
    await shop.prepare();
    await shop.calls.execute('farm', 'shop', 3, shop.given('farm-2', { type: 'update', payouts: [], agreedPrices: [] }));
    await shop.topUps.order(shop.pool, LIMITS);
    // It has ended already: to end it once more changes nothing.
    const again = shop.given('again', { type: 'end-top-up', topUpId: 1, cause: 'failed' } as const);
    expect((await shop.calls.execute('pool', 'shop', POOL_ID, again)).events).toEqual([]);
    await expect(shop.reservation(1)).rejects.toMatchObject({ reason: 'RESERVATION_NOT_FOUND' });
  });
});

describe('capacity that is given back (§15.10)', () => {
  it('is paid for by the reservation that bought it, once', async () => {
    const shop = new Shop();
    await shop.prepare();
    await shop.topUps.order(shop.pool, LIMITS);
    await shop.pay(1);
    const credit = owedByReservation(await shop.reservation(1)).find(({ type }) => type === 'credit');
    if (credit?.type !== 'credit') throw new Error('the pool is owed its credit');
    await shop.tell(credit.command);
    await shop.calls.execute('reservation', 'shop', 1, shop.given('settle', { type: 'settle', poolSequence: 1 }));
    await shop.tell({ type: 'refund', refundId: 'r1', amounts: [1_000_000, 0, 0], at: credit.command.at });
    const before = shop.pool;
    expect(before.lots.unpaid).toEqual(['r1']);
    for (let repeat = 0; repeat < 3; repeat += 1) await settlePayouts(shop.calls, before, shop.nowMs, LIMITS);
    expect((await shop.reservation(1)).refunds).toMatchObject([{ amount: 385n * 1_000n, returnId: `${POOL_ID}/r1` }]);
    await shop.pay(1);
    await shop.pay(1);
    expect((await shop.party()).funds).toEqual([{ asset: ASSET, amount: 385n * 1_000n }]);
  });
});
