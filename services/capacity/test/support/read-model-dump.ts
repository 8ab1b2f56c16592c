import { Binary, type Db, type Document } from 'mongodb';

/** Bytes of one entry of the index of ids: hash, sequence and place (design §4.7). */
const ID_ENTRY_BYTES = 24;
const READ_MODEL = 'capacity';
const IDS = 'command_ids';
const SNAPSHOTS = 'aggregate_snapshots';
/** When and under which lease a document was written takes no part in comparisons (design §3.5). */
const NOT_COMPARED: readonly string[] = ['epoch', 'writtenAt'];

/** Collection → document id → the document as text in which equal means equal. */
export type ReadModelDump = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Name of the generation that is read; `undefined` while there is none. */
export const currentGeneration = async (db: Db): Promise<string | undefined> =>
  (await db.collection<{ _id: string; generation: string }>('read_models').findOne({ _id: READ_MODEL }))?.generation;

/** The collections of the generation that is read, by the names that they are declared under. */
export const currentCollections = async (db: Db): Promise<ReadonlyMap<string, string>> => {
  const suffix = `_${(await currentGeneration(db)) ?? ''}`;
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  return new Map(names.filter(name => name.endsWith(suffix)).map(name => [name.slice(0, -suffix.length), name]));
};

/**
 * Everything that the read model says. How ids are cut into segments follows from the flushes, so of them the set of entries is taken; and when
 * a large pool is written down whole follows from them too, so of pools the snapshots are left out: an audit looks at those.
 */
export const dumpReadModel = async (db: Db): Promise<ReadModelDump> => {
  const dump = new Map<string, ReadonlyMap<string, string>>();
  for (const [declared, name] of await currentCollections(db)) {
    const documents: Document[] = await db.collection(name).find().toArray();
    const compared = documents.filter(({ _id }) => declared !== SNAPSHOTS || !String(_id).startsWith('pool/'));
    dump.set(declared, declared === IDS ? idEntries(compared) : new Map(compared.map(each => [String(each['_id']), canonical(each)])));
  }
  return dump;
};

/** What of two dumps differs, in a few lines each; empty when nothing does. */
export const differencesOf = (expected: ReadModelDump, found: ReadModelDump): readonly string[] =>
  [...new Set([...expected.keys(), ...found.keys()])].flatMap(collection => {
    const [left, right] = [expected.get(collection), found.get(collection)];
    return [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])]
      .filter(id => left?.get(id) !== right?.get(id))
      .map(id => `${collection} ${id}\n  expected ${left?.get(id) ?? 'nothing'}\n  found    ${right?.get(id) ?? 'nothing'}`);
  });

const idEntries = (documents: readonly Document[]): ReadonlyMap<string, string> => {
  const entries = new Map<string, string>();
  for (const { partition, entries: packed } of documents as unknown as readonly { partition: number; entries: Binary }[]) {
    const bytes = Buffer.from(packed.buffer.subarray(0, packed.position));
    for (let at = 0; at < bytes.length; at += ID_ENTRY_BYTES) {
      entries.set(`${partition}/${bytes.subarray(at, at + ID_ENTRY_BYTES).toString('hex')}`, 'known');
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
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, part]) => [name, sorted(part)]));
};
