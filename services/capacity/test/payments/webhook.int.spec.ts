import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWebhookSecrets } from '../../src/adapters/payments/webhook-secrets.js';
import { webhookFault } from '../../src/adapters/payments/webhook-signature.js';
import { WebhookPayments, type WebhookOptions } from '../../src/adapters/payments/webhook.js';
import type { PaymentOrder } from '../../src/domain/index.js';
import { Receiver } from './receiver.js';

const T = 1_600_000_000;
const SECRET = 'a secret of at least thirty-two bytes';
const OLD_SECRET = 'another secret of thirty-two bytes or more';

const ORDER: PaymentOrder = {
  reservationId: 41,
  namespace: 'shop',
  customerTid: 11,
  farmId: 3,
  address: 'bank',
  payoutAddress: 'farm-3',
  asset: 'TFT:ISSUER',
  amount: 9_223_372_036_854_775_807n,
  prices: [385n, 308n, 231n],
  expiresAt: T + 3_600,
};

describe('payments announced by webhook', () => {
  let receiver: Receiver;

  beforeEach(async () => {
    receiver = new Receiver();
    await receiver.start();
  });

  afterEach(async () => {
    await receiver.stop();
  });

  const paymentsWith = (options: Partial<WebhookOptions> = {}): WebhookPayments =>
    new WebhookPayments({
      url: receiver.url,
      secrets: [SECRET],
      address: 'bank',
      clock: { nowMs: () => T * 1_000 },
      timeoutMs: 2_000,
      backoffMs: 1,
      backoffMsMax: 2,
      ...options,
    });

  it('says what is due, signed, and with amounts that no number of JSON holds', async () => {
    await paymentsWith().collect(ORDER);
    const [arrival] = receiver.arrivals;
    expect(arrival).toMatchObject({ idempotencyKey: '41', contentType: 'application/json' });
    expect(webhookFault(SECRET, arrival?.signature ?? '', arrival?.body ?? '', T + 10)).toBeUndefined();
    expect(JSON.parse(arrival?.body ?? '')).toEqual({
      type: 'payment.requested',
      payment: {
        reservation_id: 41,
        namespace: 'shop',
        customer_tid: 11,
        farm_id: 3,
        address: 'bank',
        payout_address: 'farm-3',
        asset: 'TFT:ISSUER',
        amount: '9223372036854775807',
        expires_at: T + 3_600,
      },
    });
  });

  it('says so once, and not at all when the window is over', async () => {
    const payments = paymentsWith();
    await payments.collect(ORDER);
    await payments.collect(ORDER);
    await payments.collect({ ...ORDER, reservationId: 42, expiresAt: T - 1 });
    expect(receiver.arrivals.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['41']);
    await payments.conclude({ ...ORDER, outcome: 'kept', refunds: 0, cause: undefined });
    await paymentsWith().collect(ORDER);
    expect(receiver.arrivals.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['41', '41:concluded:0', '41']);
  });

  it('tells refunds apart, and how it ended', async () => {
    const payments = paymentsWith();
    await payments.refund({ ...ORDER, ordinal: 1, refund: 5n, cause: 'expired', isForCapacity: false });
    await payments.refund({ ...ORDER, ordinal: 2, refund: 7n, cause: 'surplus', isForCapacity: false });
    await payments.conclude({ ...ORDER, outcome: 'returned', refunds: 2, cause: 'expired' });
    expect(receiver.arrivals.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['41:refund:1', '41:refund:2', '41:concluded:2']);
    expect(receiver.arrivals.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { type: 'payment.refund-requested', ordinal: 1, refund: '5', cause: 'expired' },
      { ordinal: 2, refund: '7' },
      { type: 'payment.concluded', outcome: 'returned', cause: 'expired' },
    ]);
  });

  it.each([[503], [500], [429], [408], [409], ['hang-up']] as const)('comes again after %s, with the same key', async behaviour => {
    receiver.plan(behaviour, behaviour);
    await paymentsWith().refund({ ...ORDER, ordinal: 1, refund: 5n, cause: 'expired', isForCapacity: false });
    expect(receiver.arrivals.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['41:refund:1', '41:refund:1', '41:refund:1']);
    expect(new Set(receiver.arrivals.map(({ body }) => body)).size).toBe(1);
  });

  it('comes again when there is no answer in time', async () => {
    receiver.plan('silent');
    await paymentsWith({ timeoutMs: 50 }).refund({ ...ORDER, ordinal: 1, refund: 5n, cause: 'expired', isForCapacity: false });
    expect(receiver.arrivals).toHaveLength(2);
  });

  it('gives up after its attempts and says that it may be asked again', async () => {
    receiver.plan(503, 503, 503);
    await expect(paymentsWith({ attemptsMax: 3 }).collect(ORDER)).rejects.toMatchObject({
      name: 'Fault',
      reason: 'PAYMENTS_UNAVAILABLE',
      metadata: { idempotencyKey: '41', status: '503' },
    });
    expect(receiver.arrivals).toHaveLength(3);
  });

  it('asks again later what it could not say', async () => {
    const payments = paymentsWith({ attemptsMax: 1 });
    receiver.plan(500);
    await expect(payments.collect(ORDER)).rejects.toMatchObject({ reason: 'PAYMENTS_UNAVAILABLE' });
    await payments.collect(ORDER);
    await payments.collect(ORDER);
    expect(receiver.arrivals).toHaveLength(2);
  });

  it('does not repeat at once what is not wanted', async () => {
    for (const status of [400, 401, 404, 410, 422]) {
      receiver.plan(status);
      await expect(paymentsWith().collect(ORDER)).rejects.toMatchObject({
        reason: 'PAYMENTS_REJECTED',
        metadata: { status: String(status) },
      });
    }
    expect(receiver.arrivals).toHaveLength(5);
  });

  it('carries no signed message elsewhere', async () => {
    const elsewhere = new Receiver();
    await elsewhere.start();
    receiver.plan({ redirectTo: elsewhere.url });
    await expect(paymentsWith().collect(ORDER)).rejects.toMatchObject({ reason: 'PAYMENTS_REJECTED' });
    expect(elsewhere.arrivals).toEqual([]);
    await elsewhere.stop();
  });

  it('says that nobody is there', async () => {
    const payments = paymentsWith({ attemptsMax: 2 });
    await receiver.stop();
    await expect(payments.collect(ORDER)).rejects.toMatchObject({ reason: 'PAYMENTS_UNAVAILABLE' });
    await receiver.start();
  });

  it('ends when the service does', async () => {
    receiver.plan('silent');
    const ending = new AbortController();
    const delivery = paymentsWith({ signal: ending.signal, timeoutMs: 60_000 }).collect(ORDER);
    ending.abort(new Error('the service ends'));
    await expect(delivery).rejects.toThrow('the service ends');
  });

  it.each(['http://payments.example/hook', 'ftp://127.0.0.1/', 'nowhere'])('does not send to %s', url => {
    expect(() => paymentsWith({ url })).toThrow(/over https|Invalid URL/);
  });
});

describe('the signature of a webhook', () => {
  const headerOf = async (secrets: readonly string[]): Promise<{ readonly header: string; readonly body: string }> => {
    const receiver = new Receiver();
    await receiver.start();
    await new WebhookPayments({ url: receiver.url, secrets, address: 'bank', clock: { nowMs: () => T * 1_000 } }).collect(ORDER);
    await receiver.stop();
    return { header: receiver.arrivals[0]?.signature ?? '', body: receiver.arrivals[0]?.body ?? '' };
  };

  it('holds for this body, this time and this secret', async () => {
    const { header, body } = await headerOf([SECRET]);
    expect(webhookFault(SECRET, header, body, T)).toBeUndefined();
    expect(webhookFault(SECRET, header, `${body} `, T)).toBe('WRONG');
    expect(webhookFault(OLD_SECRET, header, body, T)).toBe('WRONG');
    expect(webhookFault(SECRET, header.replace(`t=${T}`, `t=${T + 1}`), body, T)).toBe('WRONG');
    expect(webhookFault(SECRET, header, body, T + 301)).toBe('TOO_OLD');
    expect(webhookFault(SECRET, header, body, T + 300)).toBeUndefined();
    expect(webhookFault(SECRET, header, body, T - 301)).toBe('TOO_NEW');
    for (const malformed of [
      '',
      't=1',
      `t=${T},v1=ab`,
      `${header},v2=x`,
      header.toUpperCase(),
      `${header}${header.slice(header.indexOf(',')).repeat(8)}`,
    ]) {
      expect(webhookFault(SECRET, malformed, body, T)).toBe('MALFORMED');
    }
  });

  it('is made with both secrets while one takes the other’s place', async () => {
    const { header, body } = await headerOf([SECRET, OLD_SECRET]);
    for (const secret of [SECRET, OLD_SECRET]) expect(webhookFault(secret, header, body, T)).toBeUndefined();
  });

  it('is made with what is in a file, which nobody is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-'));
    const path = join(folder, 'secrets');
    const read = async (text: string): Promise<readonly string[]> => {
      await writeFile(path, text);
      return readWebhookSecrets(path);
    };
    expect(await read(`${SECRET}\n`)).toEqual([SECRET]);
    expect(await read(`${SECRET}\n\n${OLD_SECRET}`)).toEqual([SECRET, OLD_SECRET]);
    await expect(read('')).rejects.toThrow('1 to 2 secrets');
    await expect(read(`${SECRET}\n${SECRET}\n${SECRET}`)).rejects.toThrow('1 to 2 secrets');
    const short = await read('too short').catch((error: unknown) => String(error));
    expect(short).toMatch('less than 32 bytes');
    expect(short).not.toMatch('too short');
    await rm(folder, { recursive: true });
    await expect(readWebhookSecrets(path)).rejects.toThrow('ENOENT');
  });
});
