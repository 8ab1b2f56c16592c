/**
 * An exact amount: a plain `bigint` counting units of 10^-12 (entitlements §15, design §3.4).
 *
 * It is an alias and not a wrapper on purpose: adding, subtracting and comparing are the operators of the language, which is what keeps the
 * burn-down fast. Decimal text is turned into it by `parseQuantity` and `parseEventQuantity` and back by `formatQuantity`, at the edges only.
 */
export type Quantity = bigint;

/** Digits kept after the decimal point. */
export const QUANTITY_DECIMALS = 12;

/** Digits allowed before the decimal point: |x| < 10^22. */
export const QUANTITY_INTEGER_DIGITS_MAX = 22;

/** Longest decimal text that is looked at; anything longer is refused before it costs anything. */
export const QUANTITY_TEXT_LENGTH_MAX = 128;

/** Largest exponent, of either sign, that decimal text may carry. */
export const QUANTITY_EXPONENT_MAX = 30;

/** Units in one whole. */
export const QUANTITY_SCALE = 10n ** BigInt(QUANTITY_DECIMALS);

/** First absolute value, in units, that is too large. */
export const QUANTITY_LIMIT = 10n ** BigInt(QUANTITY_INTEGER_DIGITS_MAX + QUANTITY_DECIMALS);

export const ZERO: Quantity = 0n;

export const ONE: Quantity = QUANTITY_SCALE;
