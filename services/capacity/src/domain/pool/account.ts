import { minus, plus, quotient, times, type Exact } from '../amount/exact.js';
import { earlier, saturated, type Horizon, type Seconds } from '../amount/instant.js';
import { DIMENSIONS, minusEach, of, plusEach, type Amounts, type Dimension } from '../amount/per-dimension.js';
import type { Account, Pool } from './state.js';

const timesEach = (amounts: Amounts, seconds: number): Amounts => [
  times(amounts[0], seconds),
  times(amounts[1], seconds),
  times(amounts[2], seconds),
];

/** What is left of an amount after taking another away; never below 0. */
const remainder = (amount: Exact, taken: Exact): Exact => (amount > taken ? minus(amount, taken) : 0);

const remainderEach = (amounts: Amounts, taken: Amounts): Amounts => [
  remainder(amounts[0], taken[0]),
  remainder(amounts[1], taken[1]),
  remainder(amounts[2], taken[2]),
];

const covers = (balance: Amounts, used: Amounts): boolean => balance[0] >= used[0] && balance[1] >= used[1] && balance[2] >= used[2];

/** What a settling changes. */
export type Settled = Pick<Account, 'balance' | 'unfunded' | 'asOf'>;

/** Drains an account up to an instant; one that lies before its own changes nothing (capacity §3.2, D2). */
export const settle = ({ balance, rates, asOf, unfunded }: Account, at: Seconds): Settled => {
  if (at <= asOf) return { balance, unfunded, asOf };
  const used = timesEach(rates, at - asOf);
  if (covers(balance, used)) return { balance: minusEach(balance, used), unfunded, asOf: at };
  return { balance: remainderEach(balance, used), unfunded: plusEach(unfunded, remainderEach(used, balance)), asOf: at };
};

const depletion = (balance: Exact, rate: Exact, asOf: Seconds): Horizon =>
  rate === 0 ? undefined : saturated(plus(asOf, quotient(balance, rate)));

/** First second at which a dimension cannot pay for one more; never if nothing uses it. */
export const depletionOf = ({ balance, rates, asOf }: Omit<Account, 'unfunded'>, dimension: Dimension): Horizon =>
  depletion(of(balance, dimension), of(rates, dimension), asOf);

/** First second at which a used dimension cannot pay any more: `empty_at` (capacity §3.3). */
export const emptyAtOf = (balance: Amounts, rates: Amounts, asOf: Seconds): Horizon =>
  earlier(earlier(depletion(balance[0], rates[0], asOf), depletion(balance[1], rates[1], asOf)), depletion(balance[2], rates[2], asOf));

/** Whether a dimension is used and cannot pay for one more second: balance below rate, not balance 0 (capacity §9, D3). */
export const isExhausted = ({ balance, rates }: Pick<Account, 'balance' | 'rates'>, dimension: Dimension): boolean =>
  of(balance, dimension) < of(rates, dimension);

/** Dimensions exhausted at an instant. */
export const exhaustedAt = (account: Account, at: Seconds): readonly Dimension[] => {
  const { balance } = settle(account, at);
  return DIMENSIONS.filter(dimension => isExhausted({ balance, rates: account.rates }, dimension));
};

/** Whether rates have a part in a dimension; one that rounded to 0 does not use it (capacity §9). */
export const uses = (rates: Amounts, dimension: Dimension): boolean => of(rates, dimension) > 0;

/** First second at which a dimension that is not recorded as exhausted yet cannot pay any more. */
export const exhaustsAtOf = (pool: Omit<Account, 'unfunded'> & Pick<Pool, 'exhausted'>): Horizon => {
  let first: Horizon;
  for (const dimension of DIMENSIONS) {
    if (!pool.exhausted.includes(dimension)) first = earlier(first, depletionOf(pool, dimension));
  }
  return first;
};
