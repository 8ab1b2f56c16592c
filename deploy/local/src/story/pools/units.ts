/** What a pool is made of, in the order in which it is printed. */
export const UNITS = ['cu', 'su', 'ipv4u'] as const;
export type Unit = (typeof UNITS)[number];

/** Milliunit-seconds, or milliunits where a rate is meant. */
export type Amounts = Readonly<Record<Unit, bigint>>;

export const NOTHING: Amounts = { cu: 0n, su: 0n, ipv4u: 0n };

export const MILLI = 1_000n;

export const forEachUnit = (amount: (unit: Unit) => bigint): Amounts => ({ cu: amount('cu'), su: amount('su'), ipv4u: amount('ipv4u') });

export const plus = (left: Amounts, right: Amounts): Amounts => forEachUnit(unit => left[unit] + right[unit]);

export const minus = (left: Amounts, right: Amounts): Amounts => forEachUnit(unit => left[unit] - right[unit]);

export const times = (rates: Amounts, seconds: number): Amounts => forEachUnit(unit => rates[unit] * BigInt(seconds));

export const totalOf = (amounts: readonly Amounts[]): Amounts => amounts.reduce(plus, NOTHING);

/** Whole unit-seconds that are enough, in milliunit-seconds: only whole ones are sold (capacity §2.2). */
export const roundedUp = (amounts: Amounts): Amounts => forEachUnit(unit => ((amounts[unit] + MILLI - 1n) / MILLI) * MILLI);

/** Whole unit-seconds that are not too many, in milliunit-seconds. */
export const roundedDown = (amounts: Amounts): Amounts => forEachUnit(unit => (amounts[unit] / MILLI) * MILLI);

/** `327,916,501.781`: thousandths as decimals, those at the end left out. */
export const grouped = (milli: bigint): string => {
  const whole = (milli / MILLI).toLocaleString('en-US');
  const thousandths = String(milli % MILLI)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return thousandths === '' ? whole : `${whole}.${thousandths}`;
};
