/** A version of a map: the newest has the table, an older one what differs from the next. */
interface Version<Key, Value> {
  table: Map<Key, Value>;
  change: Change<Key, Value> | undefined;
}

interface Change<Key, Value> {
  readonly key: Key;
  /** What the older version holds under the key; absent: nothing. */
  readonly before: Value | undefined;
  readonly next: Version<Key, Value>;
}

/** Gives a version a table of its own if it has none any more. */
const ownTable = <Key, Value>(version: Version<Key, Value>): Map<Key, Value> => {
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

/**
 * A map that is never changed: `with` and `without` give another one and leave this as it is. All versions share one table, which belongs to
 * the newest; an older one remembers what differs from the next. So following a fold from version to version costs nothing per entry, which a
 * pool of 10,000 workloads needs, and only who goes on from an older version, or walks it, pays for a copy.
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
    const table = ownTable(this.#version);
    const before = table.get(key);
    table.set(key, value);
    return this.#followedBy(table, key, before);
  }

  without(key: Key): VersionedMap<Key, Value> {
    const before = this.get(key);
    if (before === undefined) return this;
    const table = ownTable(this.#version);
    table.delete(key);
    return this.#followedBy(table, key, before);
  }

  /** A copy, in no particular order. */
  entries(): [Key, Value][] {
    return [...ownTable(this.#version)];
  }

  keys(): Key[] {
    return [...ownTable(this.#version).keys()];
  }

  #followedBy(table: Map<Key, Value>, key: Key, before: Value | undefined): VersionedMap<Key, Value> {
    const next: Version<Key, Value> = { table, change: undefined };
    this.#version.change = { key, before, next };
    return new VersionedMap(next);
  }
}
