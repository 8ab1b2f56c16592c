import { PAGE_DOCUMENTS_MAX, type ReadModel } from '@drawdown/projections';
import type { Address } from '../../application/aggregates/aggregates.js';
import type { Kind } from '../../application/aggregates/kinds.js';
import type { StoredAggregate } from '../../application/store.js';
import { loadAggregates, type DocumentSource } from './load.js';

/** The documents of a generation, however many are asked for. */
export const storedDocuments = (readModel: ReadModel): DocumentSource => ({
  findByIds: async (declaration, ids) => {
    const collection = readModel.collection(declaration);
    const pages: string[][] = [];
    for (let start = 0; start < ids.length; start += PAGE_DOCUMENTS_MAX) pages.push(ids.slice(start, start + PAGE_DOCUMENTS_MAX));
    return (await Promise.all(pages.map(page => collection.findByIds(page)))).flat();
  },
});

/** An aggregate as the documents have it, for whoever reads when its owner is silent. @throws Fault `PROJECTION_UNAVAILABLE` */
export const storedState = async <K extends Kind>(readModel: ReadModel, address: Address<K>): Promise<StoredAggregate<K> | undefined> => {
  const [stored] = await loadAggregates(storedDocuments(readModel), [address]);
  return stored as StoredAggregate<K> | undefined;
};
