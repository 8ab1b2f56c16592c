import { Refusal } from '@drawdown/errors';
import { BALANCE_MILLIUNIT_SECONDS_MAX, MILLI } from '../amount/limits.js';
import { eachDimension, of, type PerDimension } from '../amount/per-dimension.js';

/** Where a reservation is paid: test networks are cheaper. */
export type Network = 'main' | 'test' | 'dev';

const NETWORK_DIVISORS: Readonly<Record<Network, bigint>> = { main: 1n, test: 10n, dev: 100n };

/** List prices of a unit-second in 10⁻⁷ of the asset (capacity §6.5). */
export const LIST_PRICES: PerDimension<bigint> = [385n, 308n, 231n];

/** Largest amount that can be asked for, in 10⁻⁷ of the asset. */
const PAYMENT_MAX = 9_223_372_036_854_775_807n;

/** Whole unit-seconds that a dimension can hold at all (capacity §4). */
const PURCHASE_UNIT_SECONDS_MAX = BALANCE_MILLIUNIT_SECONDS_MAX / BigInt(MILLI);

const MONTH_SECONDS = 2_592_000;

/**
 * A farm's price of a unit-second from what it asks for a month, in USD at 0.10 USD per token. In doubles and in this order: some prices come
 * out one below the exact quotient, and that is what is charged (capacity §6.5).
 * @throws Refusal `INVALID_AMOUNT`: negative, or beyond what can be charged.
 */
export const unitSecondPrice = (monthlyUsd: number): bigint => {
  const price = Math.trunc((monthlyUsd * 10 ** 10) / 100 / MONTH_SECONDS);
  if (!Number.isSafeInteger(price) || monthlyUsd < 0)
    throw new Refusal('INVALID_AMOUNT', `${monthlyUsd} is not a price`, { rule: 'price' });
  return BigInt(price);
};

/**
 * What a purchase costs, in 10⁻⁷ of the asset, rounded down.
 * @throws Refusal `CAPACITY_OVERFLOW`: more than a pool holds, or more than can be paid (capacity §6.5).
 */
export const priceOf = (unitSeconds: PerDimension<bigint>, prices: PerDimension<bigint>, network: Network): bigint => {
  if (unitSeconds.some(amount => amount > PURCHASE_UNIT_SECONDS_MAX)) {
    throw new Refusal('CAPACITY_OVERFLOW', `a pool holds at most ${PURCHASE_UNIT_SECONDS_MAX} unit-seconds in a dimension`);
  }
  const total = eachDimension(dimension => of(unitSeconds, dimension) * of(prices, dimension)).reduce((sum, cost) => sum + cost, 0n);
  if (total > PAYMENT_MAX) throw new Refusal('CAPACITY_OVERFLOW', `a payment is at most ${PAYMENT_MAX} ten-millionths`);
  return total / NETWORK_DIVISORS[network];
};
