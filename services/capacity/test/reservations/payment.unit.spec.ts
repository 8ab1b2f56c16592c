import {
  decideReservation,
  evolveReservation,
  LIST_PRICES,
  owedByReservation,
  paidInstant,
  paymentRecordOf,
  priceOf,
  requestHash,
  reservationDueAt,
  unitSecondPrice,
  type Node,
  type Reservation,
  type ReservationCommand,
} from '../../src/domain/index.js';
import { FACTS, factsOf, requestOf, T, type Plan } from '../support/purchases.js';
import { codeOf } from '../support/refused.js';

const AMOUNT = 60_706_800n;

const submit = (plan: Plan = {}, clock?: number): ReservationCommand => ({
  type: 'submit',
  reservationId: 41,
  namespace: 'shop',
  request: requestOf(plan),
  facts: factsOf(plan),
  clock,
  at: T,
});
const report = (received: bigint, receivedAt = T, at = receivedAt): ReservationCommand => ({
  type: 'report-payment',
  received,
  receivedAt,
  at,
});
const check = (at: number): ReservationCommand => ({ type: 'check', at });
const settle: ReservationCommand = { type: 'settle', poolSequence: 3, at: T };
const refuse: ReservationCommand = { type: 'refuse-credit', code: 'CAPACITY_OVERFLOW', at: T };
const refunded = (ordinal: number): ReservationCommand => ({ type: 'confirm-refund', ordinal, at: T });
const concluded: ReservationCommand = { type: 'confirm-conclusion', at: T };

const step = (reservation: Reservation | undefined, command: ReservationCommand): Reservation | undefined =>
  decideReservation(command, reservation).reduce<Reservation | undefined>(evolveReservation, reservation);
const run = (...commands: readonly ReservationCommand[]): Reservation =>
  commands.reduce<Reservation | undefined>(step, undefined) as Reservation;
const owed = (reservation: Reservation): readonly string[] => owedByReservation(reservation).map(({ type }) => type);

describe('currencies (§6.4)', () => {
  const assets = new Map(['TFT', 'USDC', 'FreeTFT'].map(code => [code, `${code}:ISSUER`]));
  const payouts = ['TFT', 'FreeTFT'].map(currency => ({ currency, address: `${currency}-farm` }));
  const free: Pick<Node, 'farmId' | 'isFreeToUse' | 'isGone'> = { farmId: 3, isFreeToUse: true, isGone: false };
  const assetOf = (currencies: readonly string[] | undefined, nodes = FACTS.nodes): string | undefined => {
    const plan: Plan = {
      data: { currencies },
      facts: { nodes, terms: { ...FACTS.terms, assets }, farm: { farmId: 3, payouts, prices: undefined, agreedPrices: [] } },
    };
    return run(submit(plan)).payment?.asset;
  };

  it('takes the first that is known here and by the farm', () => {
    expect(assetOf(['BTC', 'USDC', 'TFT', 'FreeTFT'])).toBe('TFT:ISSUER');
    for (const currencies of [['BTC'], ['USDC'], [], undefined]) expect(codeOf(() => assetOf(currencies))).toBe('PAYMENT_NOT_POSSIBLE');
  });

  it('takes the free one only where every node is free to use', () => {
    const nodes = new Map([...FACTS.nodes, ['node-a', free] as const]);
    expect(assetOf(['FreeTFT', 'TFT'], nodes)).toBe('TFT:ISSUER');
    expect(assetOf(['FreeTFT', 'TFT'], new Map([...nodes, ['node-b', free] as const]))).toBe('FreeTFT:ISSUER');
    expect(codeOf(() => assetOf(['FreeTFT'], nodes))).toBe('PAYMENT_NOT_POSSIBLE');
  });

  it('says where the farm is to be paid', () => {
    expect(run(submit()).payment).toMatchObject({ farmId: 3, address: 'pay-here', payoutAddress: 'farm-3', prices: LIST_PRICES });
  });
});

describe('prices (§6.5)', () => {
  it.each([
    ['main', 60_706_800n],
    ['test', 6_070_680n],
    ['dev', 607_068n],
  ] as const)('are those of E32 on %s', (network, amount) => {
    expect(priceOf([86_400n, 86_400n, 3_600n], LIST_PRICES, network)).toBe(amount);
  });

  it('are whole ten-millionths of a unit-second', () => {
    expect(priceOf([2_592_000n, 0n, 0n], LIST_PRICES, 'main')).toBe(997_920_000n);
    expect([10, 8, 6].map(unitSecondPrice)).toEqual([385n, 308n, 231n]);
  });

  it('are computed in doubles: 21 of 200,000 come out one below the exact quotient', () => {
    const off: number[] = [];
    for (let milliUsd = 1; milliUsd <= 200_000; milliUsd += 1) {
      const exact = (BigInt(milliUsd) * 100_000n) / 2_592_000n;
      const charged = unitSecondPrice(milliUsd / 1_000);
      if (charged !== exact) off.push(milliUsd);
      if (charged !== exact && charged !== exact - 1n) throw new Error(`${milliUsd} came out as ${charged}`);
    }
    expect(off).toHaveLength(21);
    expect(off).toContain(4_536);
    expect(unitSecondPrice(4.536)).toBe(174n);
  });

  it('follow the pool’s sponsor, else the customer, else the farm', () => {
    const agreedPrices = [
      { tid: 9, prices: [1, 1, 1] as const },
      { tid: 11, prices: [2, 2, 2] as const },
    ];
    const farm = { farmId: 3, payouts: [{ currency: 'TFT', address: 'farm-3' }], prices: [3, 3, 3] as const, agreedPrices };
    const amountOf = (plan: Plan): bigint | undefined => run(submit({ ...plan, facts: { ...plan.facts, farm } })).payment?.amount;
    const [units, perUsd] = [86_400n + 86_400n + 3_600n, [38n, 77n, 115n]];
    expect(amountOf({ sponsorTid: 9 })).toBe(units * (perUsd[0] ?? 0n));
    expect(amountOf({})).toBe(units * (perUsd[1] ?? 0n));
    const pool = (sponsor: number): Plan => ({ data: { poolId: 7 }, facts: { pool: { nodeIds: [], sponsor } } });
    expect(amountOf(pool(9))).toBe(units * (perUsd[0] ?? 0n));
    expect(amountOf(pool(8))).toBe(units * (perUsd[2] ?? 0n));
    expect(amountOf(pool(0))).toBe(units * (perUsd[1] ?? 0n));
  });

  it('have a limit: what no pool holds, and what 64 bits do not', () => {
    const most = 9_000_000_000_000_000n;
    expect(priceOf([most, most, most], LIST_PRICES, 'main')).toBe(924n * most);
    const buy = (unitSeconds: readonly [bigint, bigint, bigint], facts: Plan['facts'] = {}) =>
      codeOf(() => run(submit({ data: { unitSeconds }, facts })));
    expect(buy([most + 1n, 0n, 0n])).toBe('CAPACITY_OVERFLOW');
    expect(buy([2n ** 64n - 1n, 0n, 0n])).toBe('CAPACITY_OVERFLOW');
    expect(buy([2n ** 64n - 1n, 0n, 0n], { terms: { ...FACTS.terms, isFree: true } })).toBe('CAPACITY_OVERFLOW');
    const dear = { farmId: 3, payouts: [], prices: [1_000_000, 0, 0] as const, agreedPrices: [] };
    expect(buy([most, 0n, 0n], { farm: dear })).toBe('CAPACITY_OVERFLOW');
  });
});

describe('the payment of a reservation (§6.5, §13.1)', () => {
  it('is asked for, comes in, becomes capacity and is concluded', () => {
    const asked = run(submit());
    expect(asked).toMatchObject({ status: 'awaiting-payment', poolId: 41, payment: { amount: AMOUNT, expiresAt: T + 3_600 } });
    expect(owed(asked)).toEqual(['open', 'collect']);
    const paid = run(submit(), report(AMOUNT, T + 3_600, T + 9_000));
    expect(owed(paid)).toEqual(['open', 'credit']);
    const settled = run(submit(), report(AMOUNT), settle);
    expect(owedByReservation(settled)).toMatchObject([
      { type: 'conclude', order: { outcome: 'kept', reservationId: 41, customerTid: 11 } },
    ]);
    expect(owed(run(submit(), report(AMOUNT), settle, concluded))).toEqual([]);
  });

  it('owes the credit what was paid and at which prices (§15.10)', () => {
    const credit = owedByReservation(run(submit(), report(AMOUNT))).find(({ type }) => type === 'credit');
    expect(credit).toMatchObject({
      id: 'credit:41',
      command: { source: { reservationId: 41 }, bought: { asset: 'TFT:ISSUER', amount: AMOUNT, prices: LIST_PRICES } },
    });
  });

  it('is not asked for where nothing is to be paid', () => {
    const free = run(submit({ facts: { terms: { ...FACTS.terms, isFree: true, address: undefined }, farm: undefined } }));
    expect(owed(free)).toEqual(['open', 'credit']);
    expect(owed(step(free, settle) ?? free)).toEqual([]);
    const nothing = run(submit({ data: { unitSeconds: [0n, 0n, 0n] } }), settle);
    expect(owed(nothing)).toEqual([]);
  });

  it('goes back in part when it is too little at the end of the window', () => {
    const part = run(submit(), report(5n, T + 9));
    expect(part).toMatchObject({ status: 'awaiting-payment', received: 5n });
    expect(decideReservation(check(T + 3_600), part)).toEqual([]);
    const expired = run(submit(), report(5n, T + 9), check(T + 3_601));
    expect(expired).toMatchObject({ status: 'refunding', cause: 'expired', received: 5n });
    expect(owedByReservation(expired)).toMatchObject([{ type: 'refund', order: { ordinal: 1, refund: 5n, cause: 'expired' } }]);
    const back = run(submit(), report(5n, T + 9), check(T + 3_601), refunded(1));
    expect(back.status).toBe('refunded');
    expect(owedByReservation(back)).toMatchObject([{ type: 'conclude', order: { outcome: 'returned', cause: 'expired' } }]);
  });

  it('expires of nothing without a refund', () => {
    const expired = run(submit(), check(T + 3_601));
    expect(expired.status).toBe('expired');
    expect(owed(expired)).toEqual(['conclude']);
  });

  it('does not count when its last part came too late', () => {
    expect(run(submit(), report(AMOUNT, T + 3_601))).toMatchObject({ status: 'refunding', cause: 'expired' });
  });

  it('goes back when the pool refuses the credit for good', () => {
    const refused = run(submit(), report(AMOUNT), refuse);
    expect(refused).toMatchObject({ status: 'refunding', cause: 'CAPACITY_OVERFLOW' });
    expect(owedByReservation(refused)).toMatchObject([{ type: 'refund', order: { ordinal: 1, refund: AMOUNT } }]);
    expect(run(submit(), report(AMOUNT), settle, refuse).status).toBe('settled');
    expect(run(submit(), report(AMOUNT), refuse, settle).status).toBe('refunding');
  });

  it('goes back as far as it was too much, or came later, and the purchase stays as it is', () => {
    const surplus = run(submit(), report(AMOUNT + 7n));
    expect(surplus).toMatchObject({ status: 'paid', refunds: [{ ordinal: 1, amount: 7n, cause: 'surplus', isDone: false }] });
    expect(owed(surplus)).toEqual(['open', 'credit', 'refund']);
    const again = run(submit(), report(AMOUNT + 7n), settle, report(AMOUNT + 10n), refunded(1));
    expect(again).toMatchObject({ status: 'settled', refunds: [{ isDone: true }, { ordinal: 2, amount: 3n, isDone: false }] });
    expect(owed(again)).toEqual(['refund']);
    const refusedLater = run(submit(), report(AMOUNT + 7n), refuse);
    expect(refusedLater.refunds.map(({ amount }) => amount)).toEqual([7n, AMOUNT]);
  });

  it('goes back whole when it comes after all was over', () => {
    const late = run(submit(), check(T + 3_601), concluded, report(AMOUNT, T + 100, T + 5_000));
    expect(late).toMatchObject({ status: 'refunding', refunds: [{ amount: AMOUNT, cause: 'expired' }] });
    expect(step(late, refunded(1))).toMatchObject({ status: 'refunded' });
  });

  it('is told by totals: a repeat, or one that is behind, changes nothing', () => {
    const part = run(submit(), report(9n));
    for (const again of [9n, 3n, 0n]) expect(decideReservation(report(again), part)).toEqual([]);
    expect(codeOf(() => decideReservation(report(-1n), part))).toBe('INVALID_AMOUNT');
    expect(codeOf(() => decideReservation(report(2n ** 63n), part))).toBe('INVALID_AMOUNT');
    expect(codeOf(() => decideReservation(report(9n, T + 10, T + 9), part))).toBe('AT_IN_FUTURE');
  });

  it('is confirmed once for each refund', () => {
    const settledWithSurplus = run(submit(), report(AMOUNT + 7n), settle);
    expect(decideReservation(refunded(2), settledWithSurplus)).toEqual([]);
    expect(decideReservation(concluded, settledWithSurplus)).toEqual([]);
    const back = run(submit(), report(AMOUNT + 7n), settle, refunded(1));
    expect(decideReservation(refunded(1), back)).toEqual([]);
    expect(decideReservation(concluded, back)).toHaveLength(1);
  });

  it('goes back in part for capacity that is given back, once for each return, and never more than was paid (§15.10)', () => {
    const settled = run(submit(), report(AMOUNT), settle, concluded);
    const back = (returnId: string, amount: bigint): ReservationCommand => ({ type: 'return-capacity', returnId, amount, at: T });
    const once = run(submit(), report(AMOUNT), settle, concluded, back('7/r1', 100n), back('7/r1', 100n));
    expect(once).toMatchObject({
      status: 'settled',
      refunds: [{ ordinal: 1, amount: 100n, cause: 'capacity-returned', returnId: '7/r1' }],
    });
    expect(owedByReservation(once)).toMatchObject([{ type: 'refund', order: { ordinal: 1, refund: 100n, isForCapacity: true } }]);
    const told = run(submit(), report(AMOUNT), settle, concluded, back('7/r1', 100n), refunded(1));
    expect(owedByReservation(told)).toMatchObject([{ type: 'conclude', order: { outcome: 'kept', refunds: 1 } }]);
    for (const amount of [0n, -1n, AMOUNT - 99n])
      expect(codeOf(() => decideReservation(back('7/r2', amount), told))).toBe('INVALID_AMOUNT');
    expect(decideReservation(back('7/r2', AMOUNT - 100n), told)).toHaveLength(1);
    expect(decideReservation(back('7/r1', 1n), settled)).toHaveLength(1);
    expect(codeOf(() => decideReservation(back('7/r1', 1n), run(submit())))).toBe('RESERVATION_NOT_SETTLED');
  });

  it('may be due at one instant only', () => {
    expect(reservationDueAt(run(submit()))).toBe(T + 3_601);
    expect(reservationDueAt(run(submit(), report(AMOUNT)))).toBeUndefined();
  });

  it('of a reservation in the past has the whole window, and counts from the past', () => {
    const now = T + 10_000_000;
    const backdated = submit({ notAfter: now + 60 }, now);
    const asked = run(backdated);
    expect(asked).toMatchObject({ isBackdated: true, lastAt: T, payment: { expiresAt: now + 3_600 } });
    const paid = run(backdated, report(AMOUNT, now + 5, paidInstant(asked, now + 5)));
    expect(paid).toMatchObject({ status: 'paid', lastAt: T });
    expect(paidInstant(run(submit()), T + 50)).toBe(T + 50);
  });
});

describe('the payment record (§2.3)', () => {
  it.each([
    ['asked for', [], { paid: false, released: false, cancellationPending: false, canceled: false, cause: '' }],
    ['paid', [report(AMOUNT)], { paid: true, released: false, canceled: false }],
    ['settled', [report(AMOUNT), settle], { paid: true, released: true, canceled: false }],
    ['expired', [check(T + 3_601)], { paid: false, canceled: true, cancellationPending: false, cause: 'expired' }],
    ['going back', [report(5n), check(T + 3_601)], { paid: false, cancellationPending: true, canceled: false, cause: 'expired' }],
    ['back', [report(5n), check(T + 3_601), refunded(1)], { cancellationPending: false, canceled: true }],
    ['refused', [report(AMOUNT), refuse], { paid: true, released: false, cancellationPending: true, cause: 'CAPACITY_OVERFLOW' }],
  ] as [string, ReservationCommand[], object][])('says how one stands that is %s', (_what, commands, record) => {
    expect(paymentRecordOf(run(submit(), ...commands))).toMatchObject({
      id: 41,
      farmerId: 3,
      asset: 'TFT:ISSUER',
      amount: AMOUNT,
      expiration: T + 3_600,
      ...record,
    });
  });

  it('is absent where nothing is paid', () => {
    expect(paymentRecordOf(run(submit({ facts: { terms: { ...FACTS.terms, isFree: true } } })))).toBeUndefined();
  });
});

describe('a repeated request (§13.1)', () => {
  it('is known by all that was signed and by whom', () => {
    const request = requestOf({ sponsorTid: 9 });
    const hashes = [
      request,
      { ...request, customerTid: 12 },
      { ...request, customerSignature: '' },
      { ...request, sponsorTid: 91 },
      { ...request, sponsorSignature: '' },
      { ...request, json: `${request.json} ` },
    ].map(requestHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(requestHash(requestOf({ sponsorTid: 9 }))).toBe(hashes[0]);
  });

  it('goes on with its reservation, and another does not get its number', () => {
    const reservation = run(submit());
    expect(decideReservation(submit(), reservation)).toEqual([]);
    expect(codeOf(() => decideReservation(submit({ sponsorTid: 9 }), reservation))).toBe('RESERVATION_EXISTS');
  });
});
