import { DIMENSIONS, eachDimension, exact, of, type Dimension, type Exact, type PerDimension } from '../../domain/index.js';
import type { Json } from '@drawdown/eventlog';
import { isOptional, oneOf, unreadable, type Codec } from './codec.js';
import { record, type Fields } from './record.js';

const INTEGER = /^(?:0|-?[1-9]\d*)$/;

/** An integer of any size as text: JSON's own numbers end at 2^53. */
export const bigInteger: Codec<bigint> = {
  write: value => String(value),
  read: json => BigInt(integerText(json)),
  shape: 'big-integer',
};

const integerText = (json: Json): string => {
  if (typeof json !== 'string' || !INTEGER.test(json)) throw unreadable(json, 'an integer as text');
  return json;
};

/** A text this long, with or without a sign, is an integer that a double holds exactly. */
const SAFE_CHARACTERS_MAX = 15;

/** Milliunit-seconds or milliunits (capacity §4), or an instant that may lie beyond every clock. */
export const amount: Codec<Exact> = {
  write: value => String(value),
  read: json => {
    const digits = integerText(json);
    return digits.length <= SAFE_CHARACTERS_MAX ? Number(digits) : exact(BigInt(digits));
  },
  shape: bigInteger.shape,
};

export const dimension: Codec<Dimension> = oneOf(...DIMENSIONS);

/** A value for each dimension, by its name. */
export const perDimension = <T>(value: Codec<T>): Codec<PerDimension<T>> => {
  const named = record<Record<Dimension, T>>(Object.fromEntries(DIMENSIONS.map(name => [name, value])) as Fields<Record<Dimension, T>>);
  return {
    write: values => {
      const json: Record<string, Json> = {};
      for (const name of DIMENSIONS) {
        const each = of(values, name);
        if (each !== undefined || !isOptional(value.shape)) json[name] = value.write(each);
      }
      return json;
    },
    read: json => {
      const values = named.read(json);
      return eachDimension(name => values[name]);
    },
    shape: named.shape,
  };
};

export const amounts = perDimension(amount);
