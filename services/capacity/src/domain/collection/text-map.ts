import { NumberMap } from './number-map.js';

type Bucket<Value> = readonly (readonly [key: string, value: Value])[];

/** FNV-1a over the 16-bit units of a text: spreads keys, and gives the same order on every machine. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/**
 * A map by text that is never changed: `with` and `without` give another one. It lies in a map by number, under hashes, so that remembering
 * ids for ever costs a change no more than the first hundred did.
 */
export class TextMap<Value> {
  readonly #buckets: NumberMap<Bucket<Value>>;
  readonly size: number;

  private constructor(buckets: NumberMap<Bucket<Value>>, size: number) {
    this.#buckets = buckets;
    this.size = size;
  }

  static empty<Value>(): TextMap<Value> {
    return new TextMap<Value>(NumberMap.empty(), 0);
  }

  get(key: string): Value | undefined {
    return this.#buckets.get(hashOf(key))?.find(([present]) => present === key)?.[1];
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  with(key: string, value: Value): TextMap<Value> {
    const hash = hashOf(key);
    const others = this.#others(hash, key);
    const size = this.has(key) ? this.size : this.size + 1;
    return new TextMap(this.#buckets.with(hash, [...others, [key, value]]), size);
  }

  without(key: string): TextMap<Value> {
    if (!this.has(key)) return this;
    const hash = hashOf(key);
    const others = this.#others(hash, key);
    return new TextMap(others.length === 0 ? this.#buckets.without(hash) : this.#buckets.with(hash, others), this.size - 1);
  }

  /** Ascending by key, so that equal maps are written alike however they came about. */
  entries(): (readonly [key: string, value: Value])[] {
    const all = [...this.#buckets.entries()].flatMap(([, bucket]) => bucket);
    return all.sort(([left], [right]) => (left < right ? -1 : 1));
  }

  #others(hash: number, key: string): Bucket<Value> {
    return this.#buckets.get(hash)?.filter(([present]) => present !== key) ?? [];
  }
}
