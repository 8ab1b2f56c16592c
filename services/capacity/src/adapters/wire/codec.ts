import type { Json } from '@drawdown/eventlog';

/**
 * How values of one type stand in JSON, both ways. The same value always gives the same bytes, and reading is strict: what is not exactly what
 * `write` gives throws, so that a damaged or a newer record is noticed where it is read and not where it is used.
 */
export interface Codec<T> {
  readonly write: (value: T) => Json;
  /** @throws TypeError for anything that `write` does not give */
  readonly read: (json: Json) => T;
  readonly shape: Shape;
}

/** The form of the JSON; codecs of one shape read what the other has written. */
export type Shape =
  | 'text'
  | 'flag'
  | 'integer'
  | 'decimal'
  | 'big-integer'
  | { readonly oneOf: readonly string[] }
  | { readonly optional: Shape }
  | { readonly list: Shape }
  /** Pairs, ascending by key. */
  | { readonly map: readonly [key: Shape, value: Shape] }
  | { readonly record: Readonly<Record<string, Shape>> }
  | { readonly either: readonly Shape[] };

/** Of a field: whether it may be left out. */
export const isOptional = (shape: Shape): boolean => typeof shape === 'object' && 'optional' in shape;

const SHOWN_LENGTH_MAX = 80;

export const unreadable = (json: Json | undefined, wanted: string): TypeError => {
  const shown = JSON.stringify(json) ?? 'nothing';
  return new TypeError(`${shown.length > SHOWN_LENGTH_MAX ? `${shown.slice(0, SHOWN_LENGTH_MAX)}…` : shown} is not ${wanted}`);
};

/** A codec of values that JSON knows itself. */
const plain = <T extends Json>(shape: Shape, isOne: (json: Json) => json is T): Codec<T> => ({
  write: value => value,
  read: json => {
    if (!isOne(json)) throw unreadable(json, JSON.stringify(shape));
    return json;
  },
  shape,
});

export const text: Codec<string> = plain('text', json => typeof json === 'string');

export const flag: Codec<boolean> = plain('flag', json => typeof json === 'boolean');

/** Ids, counts, sequences, instants in seconds: whole numbers that a double holds exactly. */
export const integer: Codec<number> = plain('integer', (json): json is number => Number.isSafeInteger(json));

/** Any finite number, for instance a price in a currency's units; written with all the digits that tell it from its neighbours. */
export const decimal: Codec<number> = plain('decimal', (json): json is number => typeof json === 'number');

/** One of a few texts. */
export const oneOf = <const T extends string>(...names: readonly T[]): Codec<T> =>
  plain({ oneOf: names }, (json): json is T => names.some(name => name === json));

/** A field that is left out while it is undefined. */
export const optional = <T>(codec: Codec<T>): Codec<T | undefined> => ({
  write: value => {
    if (value === undefined) throw new TypeError('what is absent is left out, and not written');
    return codec.write(value);
  },
  read: json => codec.read(json),
  shape: { optional: codec.shape },
});
