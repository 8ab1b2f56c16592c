import { minus, plus, quotient, times, type Exact } from '../amount/exact.js';
import { earlier, saturated, type Horizon, type Seconds } from '../amount/instant.js';
import { DIMENSIONS, minusEach, of, plusEach, type Amounts, type Dimension } from '../amount/per-dimension.js';
import { firstShortAtOf, isInTree, settleTree, shortAtOf } from './loan/account.js';
import type { InTree } from './loan/state.js';
import type { Account, Pool } from './state.js';

/** What is left of an amount after taking another away; never below 0. */
const remainder = (amount: Exact, taken: Exact): Exact => (amount > taken ? minus(amount, taken) : 0);

const remainderEach = (amounts: Amounts, taken: Amounts): Amounts => [
  remainder(amounts[0], taken[0]),
  remainder(amounts[1], taken[1]),
  remainder(amounts[2], taken[2]),
];

const covers = (balance: Amounts, used: Amounts): boolean => balance[0] >= used[0] && balance[1] >= used[1] && balance[2] >= used[2];

const isNothing = (rates: Amounts): boolean => rates[0] === 0 && rates[1] === 0 && rates[2] === 0;

/** What a settling changes; of a pool in a tree, what it borrowed and lent as well. */
export type Settled = Pick<Account, 'balance' | 'unfunded' | 'asOf'> & InTree;

/** Drains an account up to an instant; one that lies before its own changes nothing (capacity §3.2, D2). A paused one does not drain. */
export const settle = (account: Account, at: Seconds): Settled => {
  const { balance, rates, asOf, unfunded } = account;
  if (at <= asOf) return account;
  if (isInTree(account)) return settleTree(account, at);
  if (account.isPaused || isNothing(rates)) return { balance, unfunded, asOf: at };
  const seconds = at - asOf;
  const used: Amounts = [times(rates[0], seconds), times(rates[1], seconds), times(rates[2], seconds)];
  if (covers(balance, used)) return { balance: minusEach(balance, used), unfunded, asOf: at };
  return { balance: remainderEach(balance, used), unfunded: plusEach(unfunded, remainderEach(used, balance)), asOf: at };
};

const depletion = (balance: Exact, rate: Exact, asOf: Seconds): Horizon =>
  rate === 0 ? undefined : saturated(plus(asOf, quotient(balance, rate)));

/** What depletion depends on. */
export type Draining = Omit<Account, 'unfunded'>;

const ownDepletionOf = ({ balance, rates, asOf, isPaused }: Draining, dimension: Dimension): Horizon =>
  isPaused ? undefined : depletion(of(balance, dimension), of(rates, dimension), asOf);

/** First second at which a dimension cannot pay for one more; never if nothing uses it, or it is paused. */
export const depletionOf = (account: Draining, dimension: Dimension): Horizon =>
  isInTree(account) ? shortAtOf(account, dimension) : ownDepletionOf(account, dimension);

/** First second at which a used dimension cannot pay any more: `empty_at` (capacity §3.3). */
export const emptyAtOf = (account: Draining): Horizon => {
  if (isInTree(account)) return firstShortAtOf(account);
  const { balance, rates, asOf, isPaused } = account;
  if (isPaused) return undefined;
  return earlier(
    earlier(depletion(balance[0], rates[0], asOf), depletion(balance[1], rates[1], asOf)),
    depletion(balance[2], rates[2], asOf),
  );
};

/** Whether a dimension drains and cannot pay for one more second: balance below rate, not balance 0 (capacity §9, D3). */
export const isExhausted = (account: Draining, dimension: Dimension): boolean => {
  if (isInTree(account)) return shortAtOf(account, dimension) === account.asOf;
  return !account.isPaused && of(account.balance, dimension) < of(account.rates, dimension);
};

/** Dimensions exhausted at an instant. */
export const exhaustedAt = (account: Account, at: Seconds): readonly Dimension[] => {
  const settled = { ...account, ...settle(account, at) };
  return DIMENSIONS.filter(dimension => isExhausted(settled, dimension));
};

/** Whether rates have a part in a dimension; one that rounded to 0 does not use it (capacity §9). */
export const uses = (rates: Amounts, dimension: Dimension): boolean => of(rates, dimension) > 0;

/** First second at which a dimension that is not recorded as exhausted yet cannot pay any more. */
export const exhaustsAtOf = (pool: Draining & Pick<Pool, 'exhausted'>): Horizon => {
  let first: Horizon;
  for (const dimension of DIMENSIONS) {
    if (!pool.exhausted.includes(dimension)) first = earlier(first, depletionOf(pool, dimension));
  }
  return first;
};
