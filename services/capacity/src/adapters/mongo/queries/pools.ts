import type { ReadModel } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import type { DepletionPlace, FoundPage, OverduePool, PageWanted, PoolItem } from '../../../application/queries/ports.js';
import { summaryOf, type PoolSummary } from '../../../application/questions/pool-summary.js';
import type { PoolStatus, Seconds } from '../../../domain/index.js';
import { POOLS, type PoolDocument } from '../documents.js';
import { numberId } from '../ids.js';
import { fromDbHorizon, fromDbInt64, toDbHorizon, toDbInt64 } from '../int64.js';
import { fromDbPoolHead } from '../map-pool.js';
import { findPage, unreadable } from './page.js';

/** A pool of a list, settled. What grows with use is not in its head, so what follows from it stands in the document. */
const summaryAt =
  (at: Seconds) =>
  (document: PoolDocument): PoolSummary => {
    const { memberCount, holdCount, dueAt } = document;
    try {
      return { ...summaryOf(fromDbPoolHead(document), at), memberCount, holdCount, dueAt: fromDbHorizon(dueAt) };
    } catch (error) {
      throw unreadable(POOLS.name, document._id, error);
    }
  };

const withStatuses = (statuses: readonly PoolStatus[]): Filter<PoolDocument> =>
  statuses.length === 0 ? {} : { status: { $in: statuses } };

const idOf = ({ _id }: PoolDocument): number => Number(_id);

const depletionPlaceOf = (document: PoolDocument): DepletionPlace => ({ emptyAt: fromDbHorizon(document.emptyAt), id: idOf(document) });

export async function* poolItems(
  readModel: ReadModel,
  namespace: string,
  statuses: readonly PoolStatus[],
  at: Seconds,
  signal: AbortSignal,
): AsyncIterable<PoolItem> {
  const settled = summaryAt(at);
  for await (const document of readModel.collection(POOLS).scan({ namespace, ...withStatuses(statuses) })) {
    if (signal.aborted) return;
    yield itemOf(document, settled);
  }
}

const itemOf = (document: PoolDocument, settled: (document: PoolDocument) => PoolSummary): PoolItem => {
  try {
    return { pool: settled(document) };
  } catch (error) {
    return { error: unreadable(POOLS.name, document._id, error) };
  }
};

export const poolsOfOwner = (
  readModel: ReadModel,
  namespace: string,
  owner: number,
  at: Seconds,
  { limit, after }: PageWanted<number>,
): Promise<FoundPage<PoolSummary, number>> =>
  findPage(
    readModel.collection(POOLS),
    { namespace, owner: toDbInt64(owner) },
    { sort: [], limit, after: after === undefined ? undefined : { _id: numberId(after) } },
    { item: summaryAt(at), place: idOf },
  );

export const expiredBy = (
  readModel: ReadModel,
  namespace: string,
  instant: Seconds,
  at: Seconds,
  { limit, after }: PageWanted<DepletionPlace>,
): Promise<FoundPage<PoolSummary, DepletionPlace>> =>
  findPage(
    readModel.collection(POOLS),
    { namespace, emptyAt: { $lte: toDbInt64(instant) } },
    {
      sort: ['emptyAt'],
      limit,
      after: after === undefined ? undefined : { emptyAt: toDbHorizon(after.emptyAt), _id: numberId(after.id) },
    },
    { item: summaryAt(at), place: depletionPlaceOf },
  );

export const nextAfter = async (
  readModel: ReadModel,
  namespace: string,
  instant: Seconds,
  at: Seconds,
): Promise<PoolSummary | undefined> => {
  const filter = { namespace, emptyAt: { $gt: toDbInt64(instant) } };
  const [found] = await readModel.collection(POOLS).findMany(filter, { sort: [{ field: 'emptyAt', direction: 1 }], limit: 1 });
  return found === undefined ? undefined : summaryAt(at)(found);
};

export const overduePools = async (readModel: ReadModel, instant: Seconds, limit: number): Promise<readonly OverduePool[]> => {
  const found = await readModel
    .collection(POOLS)
    .findMany({ dueAt: { $lte: toDbInt64(instant) } }, { sort: [{ field: 'dueAt', direction: 1 }], limit, omit: ['state', 'nodeIds'] });
  return found.map(document => ({
    namespace: document.namespace,
    poolId: idOf(document),
    partition: document.partition,
    dueAt: Number(fromDbInt64(document.dueAt)),
  }));
};

/** Ids of the pools that may be used on a node. */
export async function* poolsOnNode(readModel: ReadModel, namespace: string, nodeId: string): AsyncGenerator<number> {
  for await (const document of readModel.collection(POOLS).scan({ namespace, nodeIds: nodeId }, ['state'])) yield idOf(document);
}
