/** A version of a map: the newest has the table, an older one what differs from the next. */
interface Version<Key, Value extends object> {
  table: Map<Key, Value>;
  change: Change<Key, Value> | undefined;
}

interface Change<Key, Value extends object> {
  readonly key: Key;
  /** What the older version holds under the key, and what the next; absent: nothing. */
  readonly before: Value | undefined;
  readonly after: Value | undefined;
  readonly next: Version<Key, Value>;
  readonly result: VersionedMap<Key, Value>;
}

/** Gives a version a table of its own if it has none any more. */
const ownTable = <Key, Value extends object>(version: Version<Key, Value>): Map<Key, Value> => {
  if (version.change === undefined) return version.table;
  const changes: Change<Key, Value>[] = [];
  let newer = version;
  while (newer.change !== undefined) {
    changes.push(newer.change);
    newer = newer.change.next;
  }
  const table = new Map(newer.table);
  for (const { key, before } of changes.reverse()) {
    if (before === undefined) table.delete(key);
    else table.set(key, before);
  }
  version.table = table;
  version.change = undefined;
  return table;
};

const isSame = <Value extends object>(left: Value | undefined, right: Value | undefined): boolean => {
  if (left === undefined || right === undefined) return left === right;
  const names = Object.keys(left) as (keyof Value)[];
  return names.length === Object.keys(right).length && names.every(name => left[name] === right[name]);
};

/**
 * A map that is never changed: `with` and `without` give another one and leave this as it is. All versions share one table, which belongs to
 * the newest; an older one remembers what differs from the next. So following a fold from version to version costs nothing per entry, which a
 * pool of 10,000 workloads needs, and only who goes another way from an older version, or walks it, pays for a copy. Going the same way again,
 * as a fold does after the decision that foresaw it, leads to the same versions.
 *
 * An older version that is kept while thousands of newer ones are made keeps their differences in memory.
 */
export class VersionedMap<Key, Value extends object> {
  readonly #version: Version<Key, Value>;
  readonly size: number;

  private constructor(version: Version<Key, Value>) {
    this.#version = version;
    this.size = version.table.size;
  }

  static from<Key, Value extends object>(entries: Iterable<readonly [Key, Value]>): VersionedMap<Key, Value> {
    return new VersionedMap({ table: new Map(entries), change: undefined });
  }

  get(key: Key): Value | undefined {
    let version = this.#version;
    while (version.change !== undefined) {
      if (version.change.key === key) return version.change.before;
      version = version.change.next;
    }
    return version.table.get(key);
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  with(key: Key, value: Value): VersionedMap<Key, Value> {
    return this.#followedBy(key, value);
  }

  without(key: Key): VersionedMap<Key, Value> {
    return this.has(key) ? this.#followedBy(key, undefined) : this;
  }

  /** What holds, in no particular order. Finish walking it before another version is made of this one. */
  entries(): MapIterator<[Key, Value]> {
    return ownTable(this.#version).entries();
  }

  keys(): Key[] {
    return [...ownTable(this.#version).keys()];
  }

  #followedBy(key: Key, after: Value | undefined): VersionedMap<Key, Value> {
    const made = this.#version.change;
    if (made !== undefined && made.key === key && isSame(made.after, after)) return made.result;
    const table = ownTable(this.#version);
    const before = table.get(key);
    if (after === undefined) table.delete(key);
    else table.set(key, after);
    const next: Version<Key, Value> = { table, change: undefined };
    const result = new VersionedMap(next);
    this.#version.change = { key, before, after, next, result };
    return result;
  }
}
