import type { CollectionDeclaration, ReadModel } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import type { Kind, StateOf } from '../../../application/aggregates/kinds.js';
import type { FoundPage, PageWanted, ReservationFilter } from '../../../application/queries/ports.js';
import type { Farm, Node, Party, Reservation } from '../../../domain/index.js';
import { FARMS, NODES, PARTIES, RESERVATIONS, type ReservationDocument, type WholeDocument } from '../documents.js';
import { numberId } from '../ids.js';
import { toDbInt64 } from '../int64.js';
import { fromDbState } from '../written-state.js';
import { findPage, unreadable } from './page.js';

/** A page, by id, of aggregates whose documents hold the whole of them. */
const wholePage = <K extends Kind, T extends WholeDocument, Place>(
  readModel: ReadModel,
  kind: K,
  declaration: CollectionDeclaration<T>,
  filter: Filter<T>,
  { limit, after }: PageWanted<string>,
  place: (id: string) => Place,
): Promise<FoundPage<NonNullable<StateOf<K>>, Place>> =>
  findPage(
    readModel.collection(declaration),
    filter,
    { sort: [], limit, after: after === undefined ? undefined : ({ _id: after } as Partial<T>) },
    { item: document => stateOf(kind, declaration.name, document), place: ({ _id }) => place(_id) },
  );

const stateOf = <K extends Kind>(kind: K, collection: string, document: WholeDocument): NonNullable<StateOf<K>> => {
  const state = readOr(kind, document, error => unreadable(collection, document._id, error));
  if (state === undefined) throw unreadable(collection, document._id);
  return state;
};

const readOr = <K extends Kind>(
  kind: K,
  document: WholeDocument,
  faultOf: (error: unknown) => Error,
): NonNullable<StateOf<K>> | undefined => {
  try {
    return fromDbState(kind, document);
  } catch (error) {
    throw faultOf(error);
  }
};

const numbered = ({ limit, after }: PageWanted<number>): PageWanted<string> => ({
  limit,
  after: after === undefined ? undefined : numberId(after),
});

const chosen = ({ customerTid, poolId, statuses }: ReservationFilter): Filter<ReservationDocument> => ({
  ...(customerTid === undefined ? {} : { customerTid: toDbInt64(customerTid) }),
  ...(poolId === undefined ? {} : { poolId: toDbInt64(poolId) }),
  ...(statuses.length === 0 ? {} : { status: { $in: statuses } }),
});

export const reservationsOf = (
  readModel: ReadModel,
  namespace: string,
  filter: ReservationFilter,
  page: PageWanted<number>,
): Promise<FoundPage<Reservation, number>> =>
  wholePage(readModel, 'reservation', RESERVATIONS, { namespace, ...chosen(filter) }, numbered(page), Number);

export const partiesOf = (readModel: ReadModel, namespace: string, page: PageWanted<number>): Promise<FoundPage<Party, number>> =>
  wholePage(readModel, 'party', PARTIES, { namespace }, numbered(page), Number);

export const nodesOf = (
  readModel: ReadModel,
  namespace: string,
  farmId: number | undefined,
  page: PageWanted<string>,
): Promise<FoundPage<Node, string>> =>
  wholePage(readModel, 'node', NODES, { namespace, ...(farmId === undefined ? {} : { farmId: toDbInt64(farmId) }) }, page, id => id);

export const farmsOf = (readModel: ReadModel, namespace: string, page: PageWanted<number>): Promise<FoundPage<Farm, number>> =>
  wholePage(readModel, 'farm', FARMS, { namespace }, numbered(page), Number);
