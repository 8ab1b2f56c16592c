import { Refusal } from '@drawdown/errors';
import { quotient, times, type Exact } from '../amount/exact.js';
import { BALANCE_MILLIUNIT_SECONDS_MAX, MILLI, RATE_MILLIUNITS_MAX } from '../amount/limits.js';
import { isAbove, type Amounts } from '../amount/per-dimension.js';

const isAmount = (value: Exact): boolean => value >= 0 && (typeof value === 'bigint' || Number.isSafeInteger(value));

/**
 * Amounts are never negative and never finer than a milliunit (capacity §12 D6); 0 is an amount.
 * @throws Refusal `INVALID_AMOUNT`
 */
export const requireAmounts = (amounts: Amounts): void => {
  if (!(isAmount(amounts[0]) && isAmount(amounts[1]) && isAmount(amounts[2]))) {
    throw new Refusal('INVALID_AMOUNT', 'an amount is a whole number of milliunits, 0 or more');
  }
};

const overflow = (what: string, limit: bigint): Refusal =>
  new Refusal('CAPACITY_OVERFLOW', `the ${what} would exceed ${limit} in a dimension`, { limit: String(limit) });

/** @throws Refusal `CAPACITY_OVERFLOW` */
export const requireRates = (rates: Amounts): void => {
  if (isAbove(rates, RATE_MILLIUNITS_MAX)) throw overflow('rate in milliunits', RATE_MILLIUNITS_MAX);
};

/** @throws Refusal `CAPACITY_OVERFLOW` (capacity §4) */
export const requireBalance = (balance: Amounts): void => {
  if (isAbove(balance, BALANCE_MILLIUNIT_SECONDS_MAX)) throw overflow('balance in milliunit-seconds', BALANCE_MILLIUNIT_SECONDS_MAX);
};

/** The whole unit-seconds of an amount, in milliunit-seconds. */
export const wholeUnits = (amount: Exact): Exact => times(quotient(amount, MILLI), MILLI);

/** @throws Refusal `INVALID_AMOUNT`: only whole unit-seconds change hands (capacity §15.9) */
export const requireWholeUnits = (amounts: Amounts): void => {
  if (!amounts.every(amount => wholeUnits(amount) === amount)) {
    throw new Refusal('INVALID_AMOUNT', 'only whole unit-seconds change hands', { rule: 'whole_units' });
  }
};
