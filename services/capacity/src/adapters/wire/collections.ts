import type { Json } from '@drawdown/eventlog';
import { NumberMap, TextMap } from '../../domain/index.js';
import { text, unreadable, type Codec } from './codec.js';

const elementsOf = (json: Json): readonly Json[] => {
  if (!Array.isArray(json)) throw unreadable(json, 'a list');
  return json as readonly Json[];
};

/** Values in their own order. */
export const list = <T>(element: Codec<T>): Codec<readonly T[]> => ({
  write: values => values.map(element.write),
  read: json => elementsOf(json).map(element.read),
  shape: { list: element.shape },
});

const pairOf = (json: Json): readonly [Json, Json] => {
  const [key, value, ...more] = elementsOf(json);
  if (key === undefined || value === undefined || more.length > 0) throw unreadable(json, 'a pair');
  return [key, value];
};

type Comparable = string | number;

/** Pairs ascending by key, each key once: the one order in which a map is written. */
const pairsOf = <K extends Comparable, V>(json: Json, key: Codec<K>, value: Codec<V>): readonly (readonly [K, V])[] => {
  const pairs = elementsOf(json).map((element): readonly [K, V] => {
    const [left, right] = pairOf(element);
    return [key.read(left), value.read(right)];
  });
  pairs.forEach(([current], index) => {
    const before = pairs[index - 1];
    if (before !== undefined && before[0] >= current) throw new TypeError(`keys ${before[0]} and ${current} do not ascend`);
  });
  return pairs;
};

/** A map as pairs: names of users' choosing would mean something to a document store, and order is kept by lists alone. */
export const map = <K extends Comparable, V>(key: Codec<K>, value: Codec<V>): Codec<ReadonlyMap<K, V>> => ({
  write: entries =>
    [...entries]
      .sort(([left], [right]) => (left < right ? -1 : Number(left > right)))
      .map(([left, right]) => [key.write(left), value.write(right)]),
  read: json => new Map(pairsOf(json, key, value)),
  shape: { map: [key.shape, value.shape] },
});

/** The same for a map by text that is never changed. */
export const textMap = <V>(value: Codec<V>): Codec<TextMap<V>> => ({
  write: entries => entries.entries().map(([left, right]) => [left, value.write(right)]),
  read: json => pairsOf(json, text, value).reduce((entries, [left, right]) => entries.with(left, right), TextMap.empty<V>()),
  shape: { map: [text.shape, value.shape] },
});

/** The same for a map by number that is never changed. */
export const numberMap = <V extends object>(key: Codec<number>, value: Codec<V>): Codec<NumberMap<V>> => ({
  write: entries => Array.from(entries.entries(), ([left, right]) => [key.write(left), value.write(right)]),
  read: json => pairsOf(json, key, value).reduce((entries, [left, right]) => entries.with(left, right), NumberMap.empty<V>()),
  shape: { map: [key.shape, value.shape] },
});
