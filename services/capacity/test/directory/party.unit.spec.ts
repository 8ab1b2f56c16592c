import {
  decideParty,
  evolveParty,
  FUNDS_MAX,
  fundsOf,
  LEDGER_ASSETS_MAX,
  LEDGER_PAYMENTS_MAX,
  type Party,
  type PartyCommand,
} from '../../src/domain/index.js';
import { codeOf, refusalOf } from '../support/refused.js';

const T = 1_600_000_000;
const KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
const TFT = 'TFT:ISSUER';

const register: PartyCommand = { type: 'register', namespace: 'shop', tid: 11, publicKey: KEY, isTrustedChannel: false, at: T };
const deposit = (amount: bigint, asset = TFT): PartyCommand => ({ type: 'deposit', asset, amount, at: T });
const take = (reservationId: number, amount: bigint, at = T, expiresAt = T + 3_600): PartyCommand => ({
  type: 'take-payment',
  reservationId,
  asset: TFT,
  amount,
  expiresAt,
  at,
});
const giveBack = (reservationId: number, at = T): PartyCommand => ({ type: 'return-payment', reservationId, expiresAt: T + 3_600, at });
const keep = (reservationId: number, at = T): PartyCommand => ({ type: 'keep-payment', reservationId, at });

const after = (party: Party | undefined, ...commands: readonly PartyCommand[]): Party =>
  commands.reduce<Party | undefined>(
    (state, command) => decideParty(command, state).reduce<Party | undefined>(evolveParty, state),
    party,
  ) as Party;

const run = (...commands: readonly PartyCommand[]): Party => after(undefined, ...commands);

describe('a party (§6.3)', () => {
  it('is registered once; the same again changes nothing, anything else is refused', () => {
    const party = run(register);
    expect(party).toEqual({
      namespace: 'shop',
      tid: 11,
      publicKey: KEY,
      isTrustedChannel: false,
      funds: [],
      payments: [],
      payouts: [],
      lastAt: T,
    });
    expect(decideParty({ ...register, publicKey: KEY.toUpperCase() }, party)).toEqual([]);
    expect(codeOf(() => decideParty({ ...register, isTrustedChannel: true }, party))).toBe('PARTY_EXISTS');
    expect(codeOf(() => decideParty({ ...register, namespace: 'other' }, party))).toBe('PARTY_EXISTS');
  });

  it('is replaced as a whole and keeps its money', () => {
    const update: PartyCommand = { type: 'update', publicKey: KEY, isTrustedChannel: true, at: T + 1 };
    const party = run(register, deposit(5n), update);
    expect(party).toMatchObject({ isTrustedChannel: true, funds: [{ asset: TFT, amount: 5n }], lastAt: T + 1 });
    expect(decideParty(update, party)).toEqual([]);
    expect(codeOf(() => decideParty(update, undefined))).toBe('PARTY_UNKNOWN');
  });

  it.each([
    ['tid', { tid: 0 }],
    ['tid', { tid: 2 ** 53 }],
    ['public_key', { publicKey: KEY.slice(2) }],
    ['public_key', { publicKey: `zz${KEY.slice(2)}` }],
  ])('says that %s is wrong', (field, change) => {
    expect(refusalOf(() => decideParty({ ...register, ...change }, undefined))).toMatchObject({
      reason: 'VALIDATION',
      violations: [{ field }],
    });
  });

  it('never goes back in time', () => {
    const [event] = decideParty({ ...deposit(1n), at: T - 100 }, run(register));
    expect(event).toMatchObject({ at: T, party: { lastAt: T } });
  });
});

describe('the prepaid ledger (§6.5)', () => {
  it('takes a payment once, and only what is there', () => {
    const party = run(register, deposit(100n), take(41, 60n));
    expect(fundsOf(party, TFT)).toBe(40n);
    expect(decideParty(take(41, 60n), party)).toEqual([]);
    expect(codeOf(() => decideParty(take(41, 61n), party))).toBe('PAYMENT_MISMATCH');
    expect(refusalOf(() => decideParty(take(42, 41n), party))).toMatchObject({
      reason: 'FUNDS_INSUFFICIENT',
      metadata: { available: '40', missing: '1' },
    });
    expect(fundsOf(after(party, take(42, 40n)), TFT)).toBe(0n);
  });

  it('gives a payment back once, and never one that is kept', () => {
    const party = run(register, deposit(100n), take(41, 60n), take(42, 10n), giveBack(41), keep(42));
    expect(fundsOf(party, TFT)).toBe(90n);
    for (const command of [giveBack(41), giveBack(42), keep(41), keep(42)]) expect(decideParty(command, party)).toEqual([]);
  });

  it('takes nothing after the window, nor for what was given back', () => {
    const party = run(register, deposit(100n), take(41, 60n), giveBack(41));
    expect(codeOf(() => decideParty(take(41, 60n), party))).toBe('PAYMENT_EXPIRED');
    expect(decideParty(take(42, 1n, T + 3_600), party)).toHaveLength(1);
    expect(codeOf(() => decideParty(take(42, 1n, T + 3_601), party))).toBe('PAYMENT_EXPIRED');
  });

  it('takes nothing that was called off before it came', () => {
    const party = run(register, deposit(100n), giveBack(41));
    expect(codeOf(() => decideParty(take(41, 60n), party))).toBe('PAYMENT_EXPIRED');
    expect(fundsOf(party, TFT)).toBe(100n);
  });

  it('remembers what is open for ever, and the rest until it could not be taken again anyway', () => {
    const closed = run(register, deposit(100n), take(41, 10n), take(42, 10n), take(43, 10n), giveBack(41), keep(42), giveBack(44));
    expect(closed.payments.map(({ reservationId }) => reservationId)).toEqual([41, 42, 43, 44]);
    const later = after(closed, { ...deposit(1n), at: T + 3_601 });
    expect(later.payments.map(({ reservationId }) => reservationId)).toEqual([43]);
    for (const reservationId of [41, 42, 44]) {
      expect(codeOf(() => decideParty(take(reservationId, 10n, T + 3_601), later))).toBe('PAYMENT_EXPIRED');
    }
    expect(fundsOf(after(later, giveBack(43, T + 999_999)), TFT)).toBe(91n);
  });

  it('holds no more than 64 bits, with all that may come back', () => {
    const full = run(register, deposit(FUNDS_MAX));
    expect(codeOf(() => decideParty(deposit(1n), full))).toBe('BALANCE_OVERFLOW');
    const taken = after(full, take(41, FUNDS_MAX));
    expect(taken.funds).toEqual([]);
    expect(codeOf(() => decideParty(deposit(1n), taken))).toBe('BALANCE_OVERFLOW');
    expect(fundsOf(after(taken, giveBack(41)), TFT)).toBe(FUNDS_MAX);
    expect(fundsOf(after(taken, keep(41), deposit(1n)), TFT)).toBe(1n);
    for (const amount of [0n, -1n, FUNDS_MAX + 1n]) expect(codeOf(() => decideParty(deposit(amount), full))).toBe('INVALID_AMOUNT');
  });

  it('keeps assets apart, in a bounded number', () => {
    const many = Array.from({ length: LEDGER_ASSETS_MAX }, (_, index) => deposit(1n, `A${index}:X`));
    const party = run(register, ...many);
    expect(party.funds.map(({ asset }) => asset)).toEqual(party.funds.map(({ asset }) => asset).toSorted());
    expect(codeOf(() => decideParty(deposit(1n, 'NEW:X'), party))).toBe('BALANCE_OVERFLOW');
    expect(fundsOf(after(party, deposit(1n, 'A0:X')), 'A0:X')).toBe(2n);
    expect(codeOf(() => decideParty(deposit(1n, 'no issuer'), party))).toBe('VALIDATION');
  });

  it('has a bounded number of payments under way', () => {
    const payments = Array.from({ length: LEDGER_PAYMENTS_MAX }, (_, index) => take(index + 1, 1n));
    const party = run(register, deposit(FUNDS_MAX), ...payments);
    expect(codeOf(() => decideParty(take(9_999, 1n), party))).toBe('TOO_MANY_PAYMENTS');
    // Within the window it still knows what it kept; after it there is place.
    const kept = payments.map((_, index) => keep(index + 1));
    expect(codeOf(() => decideParty(take(9_999, 1n), after(party, ...kept)))).toBe('TOO_MANY_PAYMENTS');
    expect(decideParty(take(9_999, 1n, T + 3_601, T + 9_999), after(party, ...kept))).toHaveLength(1);
  });

  it('receives a payout once', () => {
    const payout: PartyCommand = { type: 'receive-payout', payoutId: '7/r1/41', asset: TFT, amount: 30n, at: T };
    const party = run(register, payout, payout);
    expect(fundsOf(party, TFT)).toBe(30n);
    const forgotten = after(party, { type: 'forget-payout', payoutId: '7/r1/41', at: T });
    expect(forgotten).toMatchObject({ funds: [{ amount: 30n }], payouts: [] });
    expect(decideParty({ type: 'forget-payout', payoutId: '7/r1/41', at: T }, forgotten)).toEqual([]);
  });
});
