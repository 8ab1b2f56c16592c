import { Refusal } from '@drawdown/errors';
import { divideHalfEven } from './arithmetic.js';
import {
  QUANTITY_DECIMALS,
  QUANTITY_EXPONENT_MAX,
  QUANTITY_INTEGER_DIGITS_MAX,
  QUANTITY_LIMIT,
  QUANTITY_TEXT_LENGTH_MAX,
  type Quantity,
} from './quantity.js';

/** Why decimal text is not a quantity; found in the `rule` of the refusal's metadata. */
export type QuantityRule = 'quantity_malformed' | 'quantity_exponent_too_large' | 'quantity_too_precise' | 'quantity_out_of_range';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Room in a message for what was given; the rest is cut off. */
const SHOWN_LENGTH_MAX = 48;

const refuse = (rule: QuantityRule, text: string, message: string): never => {
  const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
  throw new Refusal('VALIDATION', `${JSON.stringify(shown)} ${message}`, { rule, given: shown });
};

interface Decimal {
  readonly digits: bigint;
  /** The value is `digits × 10^scale`. */
  readonly scale: number;
}

const readDecimal = (text: string): Decimal => {
  if (text.length > QUANTITY_TEXT_LENGTH_MAX) refuse('quantity_malformed', text, `is longer than ${QUANTITY_TEXT_LENGTH_MAX} characters`);
  const match = DECIMAL.exec(text);
  if (match === null) return refuse('quantity_malformed', text, 'is not a decimal number');
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > QUANTITY_EXPONENT_MAX) {
    refuse('quantity_exponent_too_large', text, `has an exponent beyond ±${QUANTITY_EXPONENT_MAX}`);
  }
  const significantFraction = fraction.replace(/0+$/, '');
  const digits = BigInt(whole + significantFraction);
  return { digits: sign === '-' ? -digits : digits, scale: exponent - significantFraction.length };
};

const withinRange = (quantity: Quantity, text: string): Quantity => {
  const size = quantity < 0n ? -quantity : quantity;
  if (size >= QUANTITY_LIMIT) {
    refuse('quantity_out_of_range', text, `has more than ${QUANTITY_INTEGER_DIGITS_MAX} digits before the decimal point`);
  }
  return quantity;
};

/**
 * The amount a command names, exactly as written (entitlements §15).
 * @throws Refusal `VALIDATION` with a `QuantityRule`: not a decimal number, exponent beyond ±30, more than 12 decimals, |x| ≥ 10^22.
 */
export const parseQuantity = (text: string): Quantity => {
  const { digits, scale } = readDecimal(text);
  const shift = scale + QUANTITY_DECIMALS;
  if (shift >= 0) return withinRange(digits * 10n ** BigInt(shift), text);
  const divisor = 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) refuse('quantity_too_precise', text, `has more than ${QUANTITY_DECIMALS} decimals`);
  return withinRange(digits / divisor, text);
};

/**
 * The amount an event carries, rounded half-even to 12 decimals when it is read; the log keeps what the producer wrote (entitlements §15).
 * @throws Refusal as `parseQuantity`, except for too many decimals.
 */
export const parseEventQuantity = (text: string): Quantity => {
  const { digits, scale } = readDecimal(text);
  const shift = scale + QUANTITY_DECIMALS;
  if (shift >= 0) return withinRange(digits * 10n ** BigInt(shift), text);
  return withinRange(divideHalfEven(digits, 10n ** BigInt(-shift)), text);
};
