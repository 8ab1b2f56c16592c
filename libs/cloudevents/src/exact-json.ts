import { parse as parseLossless } from 'lossless-json';
import { ExactNumber } from './exact-number.js';

/** JSON whose numbers keep their value: a `number` only where a double gives the literal back (see `numberText`). */
export type ExactJson = null | boolean | string | number | ExactNumber | readonly ExactJson[] | ExactJsonObject;
export interface ExactJsonObject {
  readonly [key: string]: ExactJson;
}

/** Every decimal of this many significant digits survives the way into a double and back. */
export const DOUBLE_DIGITS_MAX = 15;

/** Whether a double holds the literal exactly enough to give it back; counts zeros in front too, which only errs on the safe side. */
const fitsDouble = (literal: string): boolean => {
  let digits = 0;
  for (let i = 0; i < literal.length; i += 1) {
    const code = literal.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits += 1;
    else if (code === 0x65 || code === 0x45) return false;
  }
  return digits <= DOUBLE_DIGITS_MAX;
};

const parseNumber = (literal: string): number | ExactNumber => (fitsDouble(literal) ? Number(literal) : new ExactNumber(literal));

/**
 * Parses JSON that holds numbers too long for a double. Of a repeated key the last value counts, as in `JSON.parse`.
 * Calls itself once per level: bound the depth first (see `survey`). Throws `SyntaxError`.
 */
export const parseExact = (text: string): ExactJson =>
  parseLossless(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue }) as ExactJson;
