import { Refusal } from '@drawdown/errors';
import {
  DIMENSIONS,
  eachDimension,
  LIST_PRICES,
  of,
  parseMilli,
  priceOf,
  unitSecondPrice,
  type PerDimension,
} from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { readAmountTexts, type AmountTexts } from './amounts.js';
import { objectsOrNone } from './lists.js';
import { orCode } from './refused.js';

const MILLI = 1_000n;

/**
 * Whole unit-seconds: only those can be bought (capacity §2.2).
 * @throws Refusal `INVALID_AMOUNT`
 */
export const parseUnitSeconds = (texts: AmountTexts): PerDimension<bigint> =>
  eachDimension(dimension => {
    const milli = BigInt(parseMilli(of(texts, dimension)));
    if (milli % MILLI !== 0n) throw new Refusal('INVALID_AMOUNT', 'only whole unit-seconds can be bought', { rule: 'amount_not_whole' });
    return milli / MILLI;
  });

const readMonthlyUsd = (fields: Fields): PerDimension<number> => {
  const prices = eachDimension(dimension => {
    const value = fields.take(dimension) ?? 0;
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Refusal('VALIDATION', `${fields.pathOf(dimension)} must be a number`);
    return value;
  });
  fields.end();
  return prices;
};

const readPurchase = (fields: Fields): (() => unknown) => {
  const network = fields.choice('network', ['main', 'test', 'dev']);
  const texts = readAmountTexts(fields);
  const monthlyUsd = fields.optional('monthlyUsd', name => readMonthlyUsd(fields.object(name)));
  fields.end();
  return () => {
    const prices = monthlyUsd === undefined ? LIST_PRICES : eachDimension(dimension => unitSecondPrice(of(monthlyUsd, dimension)));
    return { amount: String(priceOf(parseUnitSeconds(texts), prices, network)) };
  };
};

/** `op: price` (FORMAT §4). */
export const simulatePrice = (fields: Fields): unknown => {
  const purchases = objectsOrNone(fields, 'purchases').map(readPurchase);
  fields.end();
  return { results: purchases.map(orCode) };
};

export const isNothing = (unitSeconds: PerDimension<bigint>): boolean => DIMENSIONS.every(dimension => of(unitSeconds, dimension) === 0n);
