const ascending = (left: number, right: number): number => left - right;

/**
 * A map by number that is never changed: `with` and `without` give another version. The versions of one map share one table, which belongs to
 * the version that was used last; the others say in which entry they differ (Baker's shallow binding). So the newest version, the one that is
 * worked with, costs what a plain `Map` costs, and a version that somebody kept is still what it was: looking at it walks the table back.
 * A kept version keeps the entries that were changed after it, so it should not be kept for ever.
 */
export class NumberMap<Value extends object> {
  /** Present in the one version that the table belongs to. */
  #table: Map<number, Value> | undefined;
  /** Elsewhere: the version from which this one differs in the entry `#key`, which here is `#value`; absent: there is none. */
  #newer: NumberMap<Value> | undefined = undefined;
  #key = 0;
  #value: Value | undefined = undefined;
  readonly size: number;

  private constructor(table: Map<number, Value> | undefined, size: number) {
    this.#table = table;
    this.size = size;
  }

  static readonly #EMPTY = new NumberMap<never>(undefined, 0);

  static empty<Value extends object>(): NumberMap<Value> {
    return NumberMap.#EMPTY;
  }

  get(key: number): Value | undefined {
    return this.size === 0 ? undefined : this.#own().get(key);
  }

  has(key: number): boolean {
    return this.get(key) !== undefined;
  }

  with(key: number, value: Value): NumberMap<Value> {
    if (this.size === 0) return new NumberMap(new Map([[key, value]]), 1);
    const table = this.#own();
    const before = table.get(key);
    table.set(key, value);
    return this.#followedBy(new NumberMap(table, table.size), key, before);
  }

  without(key: number): NumberMap<Value> {
    const before = this.get(key);
    if (before === undefined) return this;
    if (this.size === 1) return NumberMap.#EMPTY;
    const table = this.#own();
    table.delete(key);
    return this.#followedBy(new NumberMap(table, table.size), key, before);
  }

  /** Ascending. */
  keys(): number[] {
    return this.size === 0 ? [] : [...this.#own().keys()].sort(ascending);
  }

  /** In no order that means anything; the map must not be looked at in another version meanwhile. */
  unordered(): Iterable<readonly [number, Value]> {
    return this.size === 0 ? [] : this.#own();
  }

  /** Keys of the entries that a condition holds for, ascending. */
  keysWhere(holds: (value: Value, key: number) => boolean): number[] {
    const keys: number[] = [];
    if (this.size === 0) return keys;
    for (const [key, value] of this.#own()) if (holds(value, key)) keys.push(key);
    return keys.sort(ascending);
  }

  /** Ascending by key. */
  entries(): (readonly [number, Value])[] {
    return this.size === 0 ? [] : [...this.#own()].sort(([left], [right]) => left - right);
  }

  [Symbol.iterator](): IterableIterator<readonly [number, Value]> {
    return this.entries()[Symbol.iterator]();
  }

  #followedBy(next: NumberMap<Value>, key: number, value: Value | undefined): NumberMap<Value> {
    NumberMap.#differ(this, next, key, value);
    return next;
  }

  /** The table, brought to what this version holds. */
  #own(): Map<number, Value> {
    return this.#table ?? NumberMap.#bringTo(this);
  }

  static #differ<Value extends object>(version: NumberMap<Value>, newer: NumberMap<Value>, key: number, value: Value | undefined): void {
    version.#table = undefined;
    version.#newer = newer;
    version.#key = key;
    version.#value = value;
  }

  static #bringTo<Value extends object>(version: NumberMap<Value>): Map<number, Value> {
    const path: NumberMap<Value>[] = [];
    let owner = version;
    for (; owner.#newer !== undefined; owner = owner.#newer) path.push(owner);
    const table = owner.#table ?? new Map<number, Value>();
    for (const older of path.reverse()) {
      const key = older.#key;
      NumberMap.#differ(owner, older, key, table.get(key));
      if (older.#value === undefined) table.delete(key);
      else table.set(key, older.#value);
      owner = older;
    }
    version.#newer = undefined;
    version.#value = undefined;
    version.#table = table;
    return table;
  }
}
