import { Refusal } from '@drawdown/errors';
import { DIMENSIONS, eachDimension, isDecimalText, of, parseMilli, type Amounts, type PerDimension } from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';

/** Longest plain text of a double's fraction; what has more is too fine for anything here. */
const FRACTION_DIGITS = 100;

/** A number as decimal text without exponent. */
const plainText = (value: number): string => {
  const text = String(value);
  if (isDecimalText(text)) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(FRACTION_DIGITS);
};

/**
 * The text of an amount, which is a number or decimal text (FORMAT §1). Whether it is a good amount is for the command to say.
 * @throws Refusal `VALIDATION`: neither.
 */
const readAmountText = (fields: Fields, name: string): string => {
  const value = fields.take(name) ?? 0;
  if (typeof value === 'number' && Number.isFinite(value)) return plainText(value);
  if (typeof value === 'string' && isDecimalText(value)) return value;
  throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be a number or decimal text without exponent`);
};

/** Amounts as written, not yet judged. */
export type AmountTexts = PerDimension<string>;

export const readAmountTexts = (fields: Fields): AmountTexts => eachDimension(dimension => readAmountText(fields, dimension));

/** @throws Refusal `INVALID_AMOUNT` */
export const parseAmounts = (texts: AmountTexts): Amounts => eachDimension(dimension => parseMilli(of(texts, dimension)));

/** Milliunits or milliunit-seconds as text, without what is 0 (FORMAT §1). */
export const formatAmounts = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(DIMENSIONS.flatMap(dimension => (of(amounts, dimension) === 0 ? [] : [[dimension, String(of(amounts, dimension))]])));
