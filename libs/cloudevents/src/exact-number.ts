/**
 * A JSON number whose value a double cannot be trusted with: more than 15 significant digits, or an exponent.
 * It is its literal; nothing is ever calculated with it here.
 */
export class ExactNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  /** Refuses to become a double by accident, for instance in an addition. */
  valueOf(): never {
    throw new TypeError(`The number ${this.text} is exact and must not pass through a double: read it with numberText()`);
  }
}

const PLAIN = /^-?\d+(?:\.\d+)?$/;
const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The exact decimal text of a JSON number.
 * A `number` got here from a literal of at most 15 significant digits without an exponent, which a double gives back as it was;
 * it is written without an exponent. An {@link ExactNumber} is given as its literal, exponent included.
 */
export const numberText = (value: number | ExactNumber): string => {
  if (value instanceof ExactNumber) return value.text;
  const text = String(value);
  return PLAIN.test(text) ? text : withoutExponent(text);
};

/** Only small fractions such as 1e-7 get here: large doubles came with an exponent or too many digits and are no `number`. */
const withoutExponent = (text: string): string => {
  const [, sign, whole, fraction, exponent] = PARTS.exec(text) ?? [];
  if (whole === undefined || exponent === undefined) throw new RangeError(`${text} is not a JSON number`);
  const digits = whole + (fraction ?? '');
  const zeros = -Number(exponent) - whole.length;
  if (zeros < 0) throw new RangeError(`${text} is no number that an exact text was read into`);
  return `${sign ?? ''}0.${'0'.repeat(zeros)}${digits}`;
};

/**
 * One text for one value, whatever its literal looked like: `1`, `1.0`, `10e-1` all give `1e0`; every zero gives `0`.
 * Works on the text alone, so that any exponent is affordable.
 */
export const canonicalNumberText = (text: string): string => {
  const [, sign, whole, fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${text} is not a JSON number`);
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign ?? ''}${significant}e${power}`;
};
