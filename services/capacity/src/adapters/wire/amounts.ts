import { DIMENSIONS, eachDimension, exact, of, type Dimension, type Exact, type PerDimension } from '../../domain/index.js';
import type { Json } from '@drawdown/eventlog';
import { oneOf, unreadable, type Codec } from './codec.js';
import { record, type Fields } from './record.js';

const INTEGER = /^(?:0|-?[1-9]\d*)$/;

/** An integer of any size as text: JSON's own numbers end at 2^53. */
export const bigInteger: Codec<bigint> = {
  write: value => String(value),
  read: json => {
    if (typeof json !== 'string' || !INTEGER.test(json)) throw unreadable(json, 'an integer as text');
    return BigInt(json);
  },
  shape: 'big-integer',
};

/** Milliunit-seconds or milliunits (capacity §4), or an instant that may lie beyond every clock. */
export const amount: Codec<Exact> = {
  write: value => String(value),
  read: (json: Json) => exact(bigInteger.read(json)),
  shape: bigInteger.shape,
};

export const dimension: Codec<Dimension> = oneOf(...DIMENSIONS);

/** A value for each dimension, by its name. */
export const perDimension = <T>(value: Codec<T>): Codec<PerDimension<T>> => {
  const named = record<Record<Dimension, T>>(Object.fromEntries(DIMENSIONS.map(name => [name, value])) as Fields<Record<Dimension, T>>);
  return {
    write: values => named.write(Object.fromEntries(DIMENSIONS.map(name => [name, of(values, name)])) as Record<Dimension, T>),
    read: json => {
      const values = named.read(json);
      return eachDimension(name => values[name]);
    },
    shape: named.shape,
  };
};

export const amounts = perDimension(amount);
