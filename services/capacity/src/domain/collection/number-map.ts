/** A run of neighbouring entries, ascending by key. */
interface Chunk<Value> {
  readonly keys: readonly number[];
  readonly values: readonly Value[];
}

/** Entries that lie together; a change copies one chunk and the list of chunks. */
const CHUNK_ENTRIES_MAX = 64;

/** Neighbours that hold no more than this together become one. */
const MERGED_ENTRIES_MAX = 32;

/** Position of the first element not below a key. */
const lowerBound = (keys: readonly number[], key: number): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

const inserted = <Element>(elements: readonly Element[], position: number, element: Element): readonly Element[] => {
  const copy = elements.slice();
  copy.splice(position, 0, element);
  return copy;
};

const replaced = <Element>(elements: readonly Element[], position: number, element: Element): readonly Element[] => {
  const copy = elements.slice();
  copy[position] = element;
  return copy;
};

const removed = <Element>(elements: readonly Element[], position: number): readonly Element[] => {
  const copy = elements.slice();
  copy.splice(position, 1);
  return copy;
};

/** One chunk, or two halves of one that has grown too large. */
const divided = <Value>(chunk: Chunk<Value>): readonly Chunk<Value>[] => {
  const { keys, values } = chunk;
  if (keys.length <= CHUNK_ENTRIES_MAX) return [chunk];
  const middle = keys.length >>> 1;
  return [
    { keys: keys.slice(0, middle), values: values.slice(0, middle) },
    { keys: keys.slice(middle), values: values.slice(middle) },
  ];
};

/**
 * A map by number, ascending, that is never changed: `with` and `without` give another one. A change copies a few dozen entries and the list of
 * chunks, so that a pool of 10,000 workloads is folded as fast as one of ten, and a state that somebody holds stays what it is.
 */
export class NumberMap<Value extends object> {
  readonly #chunks: readonly Chunk<Value>[];
  readonly size: number;

  private constructor(chunks: readonly Chunk<Value>[], size: number) {
    this.#chunks = chunks;
    this.size = size;
  }

  static empty<Value extends object>(): NumberMap<Value> {
    return new NumberMap<Value>([], 0);
  }

  get(key: number): Value | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (chunk === undefined) return undefined;
    const position = lowerBound(chunk.keys, key);
    return chunk.keys[position] === key ? chunk.values[position] : undefined;
  }

  has(key: number): boolean {
    return this.get(key) !== undefined;
  }

  with(key: number, value: Value): NumberMap<Value> {
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return new NumberMap([{ keys: [key], values: [value] }], 1);
    const { keys, values } = chunk;
    const position = lowerBound(keys, key);
    if (keys[position] === key) return this.#replacing(index, 1, [{ keys, values: replaced(values, position, value) }], this.size);
    const grown = { keys: inserted(keys, position, key), values: inserted(values, position, value) };
    return this.#replacing(index, 1, divided(grown), this.size + 1);
  }

  without(key: number): NumberMap<Value> {
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return this;
    const position = lowerBound(chunk.keys, key);
    if (chunk.keys[position] !== key) return this;
    const rest = { keys: removed(chunk.keys, position), values: removed(chunk.values, position) };
    if (rest.keys.length === 0) return this.#replacing(index, 1, [], this.size - 1);
    const next = this.#chunks[index + 1];
    if (next === undefined || rest.keys.length + next.keys.length > MERGED_ENTRIES_MAX)
      return this.#replacing(index, 1, [rest], this.size - 1);
    const merged = { keys: [...rest.keys, ...next.keys], values: [...rest.values, ...next.values] };
    return this.#replacing(index, 2, [merged], this.size - 1);
  }

  /** Ascending. */
  keys(): number[] {
    return this.#chunks.flatMap(({ keys }) => keys);
  }

  /** Ascending by key. */
  *entries(): IterableIterator<readonly [number, Value]> {
    for (const { keys, values } of this.#chunks) {
      for (const [position, value] of values.entries()) yield [keys[position] ?? 0, value];
    }
  }

  /** Position of the chunk that holds a key or would hold it; 0 if there is none. */
  #chunkOf(key: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#chunks[middle]?.keys[0] ?? key) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #replacing(index: number, count: number, chunks: readonly Chunk<Value>[], size: number): NumberMap<Value> {
    if (this.#chunks.length === count) return new NumberMap(chunks, size);
    const copy = this.#chunks.slice();
    copy.splice(index, count, ...chunks);
    return new NumberMap(copy, size);
  }
}
