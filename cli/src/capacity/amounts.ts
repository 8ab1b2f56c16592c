import { formatMilli, isDecimalText, parseMilli } from '@drawdown/capacity/domain';
import { isRefusal } from '@drawdown/errors';
import type { Amounts, Rates } from '@drawdown/proto/capacity';
import { InvalidArgumentError } from 'commander';
import { readDurationMs } from '../commands/arguments.js';

/** Something of each unit, in thousandths; what was not said is absent. */
export interface UnitOptions {
  readonly cu?: bigint;
  readonly su?: bigint;
  readonly ipv4u?: bigint;
}

const MILLI = 1_000n;
const MS_PER_SECOND = 1_000n;

/** A decimal with at most three decimals: thousandths. */
export const readMilli = (text: string): bigint => {
  if (!isDecimalText(text)) throw new InvalidArgumentError('A number with at most three decimals.');
  try {
    return BigInt(parseMilli(text));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new InvalidArgumentError('A number, 0 or more, with at most three decimals.');
  }
};

/** `3600` unit-seconds, or `2x30d`: two units for thirty days. Thousandths of unit-seconds. */
export const readUnitSeconds = (text: string): bigint => {
  const [units = '', duration] = text.split('x', 2);
  if (duration === undefined) return readMilli(text);
  const perMs = readMilli(units) * BigInt(readDurationMs(duration));
  if (perMs % MS_PER_SECOND !== 0n) throw new InvalidArgumentError('Finer than a thousandth of a unit-second.');
  return perMs / MS_PER_SECOND;
};

/** As readUnitSeconds, but whole: only whole unit-seconds are sold (capacity §2.2). */
export const readWholeUnitSeconds = (text: string): bigint => {
  const milli = readUnitSeconds(text);
  if (milli % MILLI !== 0n) throw new InvalidArgumentError('Only whole unit-seconds are sold.');
  return milli;
};

const UNITS = ['cu', 'su', 'ipv4u'] as const;

/** `cu=3600,su=10`, or `3600` alone for compute; each unit once. */
export const readEachUnit =
  (read: (text: string) => bigint) =>
  (text: string): Amounts & Rates => {
    const parts: Partial<Record<(typeof UNITS)[number], bigint>> = {};
    for (const part of text.split(',')) {
      const [, name = 'cu', amount = ''] = /^(?:([a-z0-9]+)=)?(.*)$/s.exec(part) ?? [];
      const unit = UNITS.find(one => one === name);
      if (unit === undefined || parts[unit] !== undefined)
        throw new InvalidArgumentError(`Written as ${UNITS.join('=…,')}=…, each at most once.`);
      parts[unit] = read(amount);
    }
    return amountsOf(parts);
  };

export const amountsOf = ({ cu = 0n, su = 0n, ipv4u = 0n }: UnitOptions): Amounts & Rates => ({
  cu: String(cu),
  su: String(su),
  ipv4u: String(ipv4u),
});

export const wholeUnits = (milli: bigint | undefined): bigint => (milli ?? 0n) / MILLI;

/** Thousandths as the API writes them, as a decimal; 0 is left out. */
export const milliText = (milli: string | undefined): string => (milli === undefined || milli === '0' ? '' : formatMilli(BigInt(milli)));

/** `2 CU, 0.333 SU`: rates; those that are not 0. */
export const unitsText = (rates: Rates | undefined): string => textOf(rates, '');

/** `86400 CU·s, 0.333 SU·s`: amounts; those that are not 0. */
export const unitSecondsText = (amounts: Amounts | undefined): string => textOf(amounts, '·s');

const textOf = (amounts: Amounts | Rates | undefined, suffix: string): string => {
  if (amounts === undefined) return '';
  const texts = [
    [milliText(amounts.cu), 'CU'],
    [milliText(amounts.su), 'SU'],
    [milliText(amounts.ipv4u), 'IPv4U'],
  ];
  return texts.flatMap(([text = '', unit = '']) => (text === '' ? [] : [`${text} ${unit}${suffix}`])).join(', ');
};
