/** Milliunits in one unit, and milliunit-seconds in one unit-second (capacity §4). */
export const MILLI = 1_000;

/** Largest balance of a dimension: 9 × 10^15 unit-seconds (capacity §4). */
export const BALANCE_MILLIUNIT_SECONDS_MAX = 9_000_000_000_000_000_000n;

/**
 * Largest rate of a pool in a dimension. The specification bounds balances only; rates are stored in the same 64 bits, so they have the same
 * bound.
 */
export const RATE_MILLIUNITS_MAX = 9_000_000_000_000_000_000n;

/** What stands for "never" in sort keys and on the wire, where nothing can be absent (capacity §4). */
export const NEVER_SECONDS = 9_223_372_036_854_775_807n;

/** Longest text of an amount that is looked at: every integer that a double can be fits. */
export const AMOUNT_TEXT_LENGTH_MAX = 400;
