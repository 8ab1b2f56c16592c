import { Fault, Refusal } from '@drawdown/errors';
import { decodePosition, UNPARTITIONED } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { ProjectionCollection, ReadModel } from '@drawdown/projections';
import {
  type Entitlement,
  type Freshness,
  type ListEntitlementsRequest,
  type ListEntitlementsResponse,
  type ListGrantsRequest,
  type ListGrantsResponse,
} from '@drawdown/proto';
import { setTimeout as pause } from 'node:timers/promises';
import { CUSTOMERS, GRANTS, type CustomerDocument, type GrantDocument } from '../mongo/documents.js';
import { fromDbCustomer } from '../mongo/map-documents.js';
import { grantFromJson } from '../wire/ledger-json.js';
import { toApiEntitlement } from './convert/entitlements.js';
import { toApiGrant } from './convert/grants.js';
import { toApiTimestamp } from './convert/instants.js';
import { decodePageToken, encodePageToken, pageSizeOf, unknownToken } from './paging.js';
import type { GRANT_ORDERS } from './requests/grants.js';

type GrantOrder = (typeof GRANT_ORDERS)[number];
type GrantField = 'grantId' | 'createdAt' | 'updatedAt' | 'expiresAt' | 'effectiveAt' | 'entitlementId';

const ORDER_FIELDS: Readonly<Record<GrantOrder, GrantField>> = {
  id: 'grantId',
  create_time: 'createdAt',
  update_time: 'updatedAt',
  expires_at: 'expiresAt',
  effective_at: 'effectiveAt',
  entitlement_id: 'entitlementId',
};

/** How long a list that must not be older than a position waits between two looks at the documents. */
const LOOK_AGAIN_MS = 20;

/** Lists over all customers of a namespace, from the documents: the one kind of question that no single owner can answer. */
export class Lists {
  constructor(
    private readonly readModel: () => ReadModel,
    private readonly nowMs: () => number,
  ) {}

  async grants(request: ListGrantsRequest, context: CallContext): Promise<ListGrantsResponse> {
    const freshness = await this.#freshness(request.minPosition, context);
    const collection = this.readModel().collection(GRANTS);
    const filter = {
      namespace: context.caller.namespace,
      ...anyOf('customer', request.customers),
      ...anyOf('entitlementId', request.entitlementIds),
      ...anyOf('featureKey', request.featureKeys),
      ...(request.includeDeleted ? {} : { isDeleted: false }),
    };
    const { field, direction } = grantOrder(request.orderBy);
    const limit = pageSizeOf(request);
    const after = request.pageToken === '' ? undefined : await documentOf(collection, request.pageToken);
    const found = await collection.findMany(filter, { sort: [{ field, direction }], limit, ...(after === undefined ? {} : { after }) });
    const nowMs = this.nowMs();
    return {
      grants: found.map(({ customer, entitlementId, featureKey, grant, updatedAt }) =>
        toApiGrant({ customer, entitlementId, featureKey }, grantFromJson(grant), nowMs, updatedAt.getTime()),
      ),
      nextPageToken: found.length < limit ? '' : encodePageToken(found.at(-1)?._id),
      totalSize: await collection.count(filter),
      freshness,
    };
  }

  async entitlements(request: ListEntitlementsRequest, context: CallContext): Promise<ListEntitlementsResponse> {
    const freshness = await this.#freshness(request.minPosition, context);
    const collection = this.readModel().collection(CUSTOMERS);
    const filter = {
      namespace: context.caller.namespace,
      'entitlements.0': { $exists: true },
      ...anyOf('customer', request.customers),
      ...(request.featureKeys.length === 0 ? {} : { 'entitlements.terms.featureKey': { $in: request.featureKeys } }),
    };
    const limit = pageSizeOf(request);
    const after = request.pageToken === '' ? undefined : await documentOf(collection, request.pageToken);
    const found = await collection.findMany(filter, {
      sort: [{ field: 'customer', direction: 1 }],
      limit,
      ...(after === undefined ? {} : { after }),
    });
    return {
      entitlements: found.flatMap(document => entitlementsOf(document, request.featureKeys, this.nowMs())),
      nextPageToken: found.length < limit ? '' : encodePageToken(found.at(-1)?._id),
      totalSize: await collection.count(filter),
      freshness,
    };
  }

  /** Waits until the documents have everything up to the position. @throws Fault `STALE_READ` */
  async #freshness(minPosition: string, context: CallContext): Promise<Freshness> {
    const wanted = minPosition === '' ? [] : decodePosition(minPosition).filter(({ partition }) => partition !== UNPARTITIONED);
    for (;;) {
      const stored = await this.readModel().watermarks.readAll();
      const missing = wanted.find(({ stream, partition, sequence }) => (stored.get(partition)?.sequences[stream] ?? 0) < sequence);
      const now = toApiTimestamp(this.nowMs());
      if (missing === undefined) return { position: minPosition, at: now, asOf: now, stale: false };
      if (context.remainingMs() < LOOK_AGAIN_MS) {
        throw new Fault('STALE_READ', 'the position is not reached yet', { stream: missing.stream, sequence: String(missing.sequence) });
      }
      await pause(LOOK_AGAIN_MS);
    }
  }
}

const anyOf = (field: string, values: readonly string[]): Record<string, unknown> =>
  values.length === 0 ? {} : { [field]: { $in: values } };

const grantOrder = (orderBy: string): { readonly field: GrantField; readonly direction: 1 | -1 } => {
  const [name = '', direction = 'asc'] = (orderBy === '' ? 'effective_at' : orderBy).split(' ');
  const field = ORDER_FIELDS[name as GrantOrder];
  return { field, direction: direction === 'desc' ? -1 : 1 };
};

/** The last document of the page before: its place in the order is where the next page begins. */
const documentOf = async <T extends GrantDocument | CustomerDocument>(collection: ProjectionCollection<T>, token: string): Promise<T> => {
  const id = decodePageToken(token);
  if (typeof id !== 'string') throw unknownToken();
  const document = await collection.find(id);
  if (document === undefined)
    throw new Refusal('VALIDATION', 'page_token names an item that is gone: list from the beginning', { field: 'page_token' });
  return document;
};

const entitlementsOf = (document: CustomerDocument, featureKeys: readonly string[], nowMs: number): Entitlement[] =>
  fromDbCustomer(document, [])
    .customer.entitlements.filter(({ featureKey }) => featureKeys.length === 0 || featureKeys.includes(featureKey))
    .map(entitlement => toApiEntitlement(document.customer, entitlement, nowMs));
