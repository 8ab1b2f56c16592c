import { Binary, type Db, type Document } from 'mongodb';

/** Bytes of one entry of the index of ids: hash, sequence and place (design §4.7). */
const ID_ENTRY_BYTES = 24;
const NOT_COMPARED: readonly string[] = ['epoch', 'writtenAt'];
const IDS = 'usage_ids';

/** Collection → document id → the document as canonical text. */
export type ReadModelDump = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Pointer {
  readonly _id: string;
  readonly generation: string;
}

/** Name of the generation that is read; `undefined` while there is none. */
export const currentGeneration = async (db: Db): Promise<string | undefined> =>
  (await db.collection<Pointer>('read_models').findOne({ _id: 'entitlements' }))?.generation;

/** The collections of the generation that is read, by the names that they are declared under. */
export const currentCollections = async (db: Db): Promise<ReadonlyMap<string, string>> => {
  const suffix = `_${(await currentGeneration(db)) ?? ''}`;
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  return new Map(names.filter(name => name.endsWith(suffix)).map(name => [name.slice(0, -suffix.length), name]));
};

/**
 * Everything that the read model says, in a form in which equal means equal: all fields but `epoch` and `writtenAt`, which take no part in comparisons
 * (design §3.5). How ids are cut into segments follows from the flushes and the merges, so of `usage_ids` the set of entries is taken.
 */
export const dumpReadModel = async (db: Db): Promise<ReadModelDump> => {
  const dump: Record<string, Record<string, string>> = {};
  for (const [declared, name] of await currentCollections(db)) {
    const documents: Document[] = await db.collection(name).find().toArray();
    dump[declared] =
      declared === IDS
        ? idEntries(documents)
        : Object.fromEntries(documents.map((document): [string, string] => [String(document['_id']), canonical(document)]).sort(byFirst));
  }
  return dump;
};

/** What of two dumps differs, in a few lines; empty when nothing does. */
export const differencesOf = (expected: ReadModelDump, found: ReadModelDump): readonly string[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap(collection => {
    const left = expected[collection] ?? {};
    const right = found[collection] ?? {};
    return [...new Set([...Object.keys(left), ...Object.keys(right)])]
      .filter(id => left[id] !== right[id])
      .map(id => `${collection} ${id}\n  expected ${left[id] ?? 'nothing'}\n  found    ${right[id] ?? 'nothing'}`);
  });

const idEntries = (documents: readonly Document[]): Record<string, string> => {
  const entries: Record<string, string> = {};
  for (const { partition, entries: packed } of documents as unknown as readonly { partition: number; entries: Binary }[]) {
    const bytes = Buffer.from(packed.buffer.subarray(0, packed.position));
    for (let at = 0; at < bytes.length; at += ID_ENTRY_BYTES) {
      entries[`${partition}/${bytes.subarray(at, at + ID_ENTRY_BYTES).toString('hex')}`] = 'known';
    }
  }
  return entries;
};

const canonical = (document: Document): string => {
  const fields = Object.entries<unknown>(document).filter(([name]) => !NOT_COMPARED.includes(name));
  return JSON.stringify(sorted(Object.fromEntries<unknown>(fields)));
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byFirst)
      .map(([name, part]) => [name, sorted(part)]),
  );
};

const byFirst = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0;
