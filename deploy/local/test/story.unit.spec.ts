import { join } from 'node:path';
import { ExpirationUnit } from '@drawdown/proto';
import { endingAt, readCalls, tokensOf, type Call } from '../src/story/calls.js';
import { differencesOf, requireAgreement } from '../src/story/comparing.js';
import { expectedOutcome, MINUTE_MS, sum, type Outcome } from '../src/story/expectation.js';
import { fromDecimal, fromTokens, grouped, percentOf, toDecimal } from '../src/story/hundredths.js';
import { plansFor, type GrantPlan } from '../src/story/plans.js';
import { repository } from './temporary.js';

const START_MS = Date.UTC(2026, 0, 1, 12, 0);
const at = (minute: number): number => START_MS + minute * MINUTE_MS;

const call = (minute: number, tokens: number): Call => ({
  line: 2,
  customer: 'c',
  timeMs: at(minute),
  inputTokens: tokens,
  outputTokens: 0,
});

const grant = (name: string, tokens: number, more: Partial<GrantPlan> = {}): GrantPlan => ({
  name,
  amount: fromTokens(tokens),
  priority: 1,
  effectiveMinute: 0,
  ...more,
});

/** The outcome after 60 minutes. */
const outcome = (grants: readonly GrantPlan[], calls: readonly Call[]): Outcome =>
  expectedOutcome({ customer: 'c', profile: 'test', grants }, calls, START_MS, at(60));

const tokens = (amounts: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, toDecimal(amount)]));

describe('the second opinion of the story', () => {
  it('pays by priority, then by expiry', () => {
    const day = { expiration: { count: 1, unit: ExpirationUnit.DAY } };
    const result = outcome([grant('last', 50, { priority: 2 }), grant('never', 10), grant('day', 10, day)], [call(1, 15), call(2, 12)]);
    expect(tokens(result.paid)).toEqual({ day: '10', never: '10', last: '7' });
    expect(result.balance).toBe(fromTokens(43));
    expect(result.exhaustedAtMs).toBeUndefined();
  });

  it('says when nothing was left, and what could not be paid', () => {
    const result = outcome([grant('only', 10)], [call(1, 4), call(5.5, 8), call(9, 1)]);
    expect(result.overage).toBe(fromTokens(3));
    expect(result.balance).toBe(0n);
    expect(result.exhaustedAtMs).toBe(at(6));
  });

  it('lets a refill pay what was owed first (entitlements §6.7)', () => {
    const result = outcome([grant('hourly', 10, { refilledHourlyFromMinute: 30 })], [call(1, 14), call(40, 3)]);
    expect(result.balance).toBe(fromTokens(3));
    expect(result.overage).toBe(0n);
    expect(tokens(result.paid)).toEqual({ hourly: '17' });
    expect(result.exhaustedAtMs).toBe(at(2));
  });

  it('loses what is left of a grant that is taken back, and keeps what it paid', () => {
    const result = outcome([grant('gone', 10, { voidedMinute: 20 })], [call(19, 4), call(20, 1)]);
    expect(tokens(result.paid)).toEqual({ gone: '4' });
    expect(result.balance).toBe(0n);
    expect(result.overage).toBe(fromTokens(1));
    expect(result.exhaustedAtMs).toBe(at(20));
  });

  it('lets a grant pay from its minute on, also what was owed', () => {
    const result = outcome([grant('late', 10, { effectiveMinute: 15 }), grant('first', 1)], [call(3, 4)]);
    expect(tokens(result.paid)).toEqual({ first: '1', late: '3' });
    expect(result.balance).toBe(fromTokens(7));
  });

  it('takes every call of the sample into account, whatever the plan', async () => {
    const calls = await readCalls(join(repository, 'deploy/local/sample/usage-llm.csv'));
    const customers = [...new Set(calls.map(({ customer }) => customer))];
    const own = (customer: string): readonly Call[] => calls.filter(other => other.customer === customer);
    const plans = plansFor(new Map(customers.map(customer => [customer, own(customer).reduce((total, one) => total + tokensOf(one), 0)])));
    const first = Math.min(...calls.map(({ timeMs }) => timeMs));
    const startMs = first - (first % MINUTE_MS);
    const outcomes = plans.map(plan => expectedOutcome(plan, own(plan.customer), startMs, startMs + 60 * MINUTE_MS));

    expect(sum(outcomes.map(({ used }) => used))).toBe(fromTokens(18_305_870));
    for (const { used, overage, paid } of outcomes) expect(sum(paid.values()) + overage).toBe(used);
    expect(plans).toHaveLength(40);
    // The story is meant to show each of these.
    expect(outcomes.some(({ overage }) => overage > 0n)).toBe(true);
    expect(outcomes.some(({ exhaustedAtMs, balance }) => exhaustedAtMs !== undefined && balance > 0n)).toBe(true);
    expect(outcomes.some(({ exhaustedAtMs }) => exhaustedAtMs === undefined)).toBe(true);
    expect(outcomes.some(({ paid }) => paid.size > 2)).toBe(true);
  });
});

describe('the calls of the sample', () => {
  it('are shifted, and nothing else', () => {
    const shifted = endingAt([call(0, 1), call(3, 2)], at(100));
    expect(shifted.map(({ timeMs }) => timeMs)).toEqual([at(97), at(100)]);
    expect(shifted.map(({ inputTokens }) => inputTokens)).toEqual([1, 2]);
  });
});

describe('hundredths of a token', () => {
  it.each([
    ['0', 0n],
    ['1040887.5', 104_088_750n],
    ['0.05', 5n],
  ])('are written as %s and read back', (text, amount) => {
    expect(toDecimal(amount)).toBe(text);
    expect(fromDecimal(text)).toBe(amount);
  });

  it('are exact percentages, and grouped for people', () => {
    expect(grouped(percentOf(30, 3_469_625))).toBe('1,040,887.5');
    expect(grouped(fromTokens(18_305_870))).toBe('18,305,870');
  });

  it('do not take what they cannot hold', () => {
    for (const text of ['1.234', '-1', 'NaN', '']) expect(fromDecimal(text)).toBeUndefined();
  });
});

describe('comparing what was read', () => {
  const read = outcome([grant('only', 10)], [call(1, 4)]);

  it('finds nothing where all figures are equal', () => {
    expect(differencesOf(read, { ...read, paid: new Map(read.paid) })).toEqual([]);
  });

  it.each([
    ['granted', { granted: 1n }],
    ['used', { used: 1n }],
    ['balance', { balance: 1n }],
    ['overage', { overage: 1n }],
    ['exhausted', { exhaustedAtMs: START_MS }],
    ['paid', { paid: new Map([['only', 1n]]) }],
  ])('names the figure that differs: %s', (name, change) => {
    const differences = differencesOf(read, { ...read, ...change });
    expect(differences).toHaveLength(1);
    expect(differences[0]).toContain(`c: ${name} is`);
  });

  it('lets the story pass only when every figure and the sum over the file agree', () => {
    expect(requireAgreement([read], [read], 4)).toBe(fromTokens(4));
    expect(() => requireAgreement([{ ...read, overage: 1n }], [read], 4)).toThrow('overage is 0.01');
    expect(() => requireAgreement([read], [read], 5)).toThrow('the file has 5');
    expect(() => requireAgreement([], [read], 0)).toThrow('0 customers were read');
  });
});
