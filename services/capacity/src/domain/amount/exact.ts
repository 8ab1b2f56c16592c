/**
 * An exact integer: a `number` while it is a safe one, a `bigint` beyond (capacity §4). Each value has one form only, so `===` compares
 * values; `<` and its kin compare the two forms with each other. Calculated with by the functions here and by nothing else.
 */
export type Exact = number | bigint;

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** The one form of a value. */
export const exact = (value: bigint): Exact => (value <= SAFE_MAX && value >= -SAFE_MAX ? Number(value) : value);

// A double that comes out as a safe integer was not rounded: what lies beyond rounds to 2^53 or more, which is not safe.

export const plus = (left: Exact, right: Exact): Exact => {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exact(BigInt(left) + BigInt(right));
};

export const minus = (left: Exact, right: Exact): Exact => {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return exact(BigInt(left) - BigInt(right));
};

export const times = (left: Exact, right: Exact): Exact => {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // Adding 0 turns -0, which no integer is, into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return exact(BigInt(left) * BigInt(right));
};

/** Quotient of two integers that are not negative, rounded down. The divisor must not be 0. */
export const quotient = (dividend: Exact, divisor: Exact): Exact => {
  // Of safe integers the rounded quotient never reaches the next integer: that would take a dividend beyond 2^53.
  if (typeof dividend === 'number' && typeof divisor === 'number') return Math.floor(dividend / divisor);
  return exact(BigInt(dividend) / BigInt(divisor));
};
