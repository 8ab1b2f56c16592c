import { Refusal } from '@drawdown/errors';
import { exact, type Exact } from './exact.js';
import { AMOUNT_TEXT_LENGTH_MAX, MILLI } from './limits.js';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const MILLI_DECIMALS = 3;
const SHOWN_LENGTH_MAX = 48;

const invalidAmount = (text: string, rule: string, message: string): Refusal => {
  const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
  return new Refusal('INVALID_AMOUNT', `${JSON.stringify(shown)} ${message}`, { rule, given: shown });
};

/** Whether a text is a decimal number without exponent, of any sign and precision: what `parseMilli` takes a stand on. */
export const isDecimalText = (text: string): boolean => text.length <= AMOUNT_TEXT_LENGTH_MAX && DECIMAL.test(text);

/**
 * Decimal text of units or unit-seconds as milliunits or milliunit-seconds, exactly.
 * @throws Refusal `INVALID_AMOUNT`: no decimal number, negative, or finer than a thousandth (capacity §4, D6); never rounded.
 */
export const parseMilli = (text: string): Exact => {
  const match = text.length <= AMOUNT_TEXT_LENGTH_MAX ? DECIMAL.exec(text) : null;
  if (match === null) throw invalidAmount(text, 'amount_malformed', 'is not a decimal number');
  const [, sign = '', whole = '', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > MILLI_DECIMALS) throw invalidAmount(text, 'amount_too_fine', 'is finer than a thousandth');
  const milli = BigInt(whole + significant.padEnd(MILLI_DECIMALS, '0'));
  if (sign === '-' && milli !== 0n) throw invalidAmount(text, 'amount_negative', 'is negative');
  return exact(milli);
};

/** Units or unit-seconds of an amount in thousandths: at most three decimals, no exponent (capacity §4). `parseMilli` reads it back. */
export const formatMilli = (milli: Exact): string => {
  const whole = BigInt(milli) / BigInt(MILLI);
  const rest = Number(BigInt(milli) % BigInt(MILLI));
  return rest === 0 ? `${whole}` : `${whole}.${String(rest).padStart(MILLI_DECIMALS, '0').replace(/0+$/, '')}`;
};
