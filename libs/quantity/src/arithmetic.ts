import { QUANTITY_SCALE, type Quantity } from './quantity.js';

/** `numerator / denominator` rounded to the nearest integer, ties to the even one. The denominator must not be 0. */
export const divideHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const size = denominator < 0n ? -denominator : denominator;
  const awayFromZero = twice > size || (twice === size && quotient % 2n !== 0n);
  if (!awayFromZero) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
};

/** Product, rounded half-even to 12 decimals: for unit conversion, the one place where amounts are multiplied (entitlements §13.4). */
export const multiply = (left: Quantity, right: Quantity): Quantity => divideHalfEven(left * right, QUANTITY_SCALE);

/**
 * Quotient, rounded half-even to 12 decimals (entitlements §13.4).
 * @throws RangeError when the divisor is 0: a conversion factor is checked where it enters.
 */
export const divide = (dividend: Quantity, divisor: Quantity): Quantity => {
  if (divisor === 0n) throw new RangeError('a quantity cannot be divided by 0');
  return divideHalfEven(dividend * QUANTITY_SCALE, divisor);
};
