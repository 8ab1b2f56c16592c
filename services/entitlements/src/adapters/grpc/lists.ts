import { Fault, Refusal } from '@drawdown/errors';
import { PARTITIONS, UNPARTITIONED, type Position } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { ProjectionCollection, ReadModel, Watermark } from '@drawdown/projections';
import {
  type Freshness,
  type ListEntitlementsRequest,
  type ListEntitlementsResponse,
  type ListGrantsRequest,
  type ListGrantsResponse,
} from '@drawdown/proto';
import { setTimeout as pause } from 'node:timers/promises';
import { CUSTOMERS, GRANTS, type CustomerDocument, type GrantDocument } from '../mongo/documents.js';
import { fromDbWatermark } from '../mongo/map-documents.js';
import { grantFromJson } from '../wire/ledger-json.js';
import { toApiEntitlement } from './convert/entitlements.js';
import { toApiGrant } from './convert/grants.js';
import { toApiTimestamp } from './convert/instants.js';
import { countEntitlements, entitledCustomers, placesIn } from './entitlement-places.js';
import { staleRead, type Positions } from './owner/positions.js';
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
    private readonly positions: Positions,
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
    const after =
      request.pageToken === '' ? {} : { after: await documentOf(collection, decodePageToken(request.pageToken), context.caller.namespace) };
    const found = await collection.findMany(filter, { sort: [{ field, direction }], limit: limit + 1, ...after });
    const shown = found.slice(0, limit);
    const nowMs = this.nowMs();
    return {
      grants: shown.map(({ customer, entitlementId, featureKey, grant, updatedAt }) =>
        toApiGrant({ customer, entitlementId, featureKey }, grantFromJson(grant), nowMs, updatedAt.getTime()),
      ),
      nextPageToken: found.length > limit ? encodePageToken(shown.at(-1)?._id) : '',
      totalSize: await collection.count(filter),
      freshness,
    };
  }

  /** By customer, then in the order of their creation. */
  async entitlements(request: ListEntitlementsRequest, context: CallContext): Promise<ListEntitlementsResponse> {
    const freshness = await this.#freshness(request.minPosition, context);
    const { namespace } = context.caller;
    const collection = this.readModel().collection(CUSTOMERS);
    const filter = entitledCustomers(namespace, request);
    const limit = pageSizeOf(request);
    const [id, index] = request.pageToken === '' ? [] : entitlementToken(request.pageToken);
    const from = id === undefined ? undefined : await documentOf(collection, id, namespace);
    const further = await collection.findMany(filter, {
      sort: [{ field: 'customer', direction: 1 }],
      limit: limit + 1,
      ...(from === undefined ? {} : { after: from }),
    });
    const places = [
      ...(from === undefined ? [] : placesIn(from, request).slice(index)),
      ...further.flatMap(document => placesIn(document, request)),
    ];
    const next = places[limit];
    return {
      entitlements: places
        .slice(0, limit)
        .map(({ document, entitlement }) => toApiEntitlement(document.customer, entitlement, this.nowMs())),
      nextPageToken: next === undefined ? '' : encodePageToken([next.document._id, next.index]),
      totalSize: await countEntitlements(collection, filter, request),
      freshness,
    };
  }

  /** Waits until the documents are complete, and have everything up to the position. @throws Fault `NOT_READY`, `STALE_READ` */
  async #freshness(minPosition: string, context: CallContext): Promise<Freshness> {
    const wanted = this.positions.decode(minPosition).filter(({ partition }) => partition !== UNPARTITIONED);
    for (;;) {
      const stored = await this.readModel().watermarks.readAll();
      const missing = missingIn(stored, wanted);
      const now = toApiTimestamp(this.nowMs());
      if (missing === undefined) return { position: minPosition, at: now, asOf: now, stale: false };
      if (context.remainingMs() < LOOK_AGAIN_MS) throw missing;
      await pause(LOOK_AGAIN_MS);
    }
  }
}

/** What keeps a list from being answered: partitions that are still folded into this generation, or a position that is not reached. */
const missingIn = (stored: ReadonlyMap<number, Watermark>, wanted: Position): Fault | undefined => {
  const folded = [...stored.values()].filter(watermark => fromDbWatermark(watermark).isFolded).length;
  if (folded < PARTITIONS) {
    return new Fault('NOT_READY', 'the documents are being folded from the log', { partitionsFolded: String(folded) });
  }
  const behind = wanted.find(({ stream, partition, sequence }) => (stored.get(partition)?.sequences[stream] ?? 0) < sequence);
  return behind === undefined ? undefined : staleRead(behind.stream, behind.sequence);
};

const anyOf = (field: string, values: readonly string[]): Record<string, unknown> =>
  values.length === 0 ? {} : { [field]: { $in: values } };

const grantOrder = (orderBy: string): { readonly field: GrantField; readonly direction: 1 | -1 } => {
  const [name = '', direction = 'asc'] = (orderBy === '' ? 'effective_at' : orderBy).split(' ');
  const field = ORDER_FIELDS[name as GrantOrder];
  return { field, direction: direction === 'desc' ? -1 : 1 };
};

/** The document that a token names: its place in the order is where the next page begins. A token of another namespace names nothing. */
const documentOf = async <T extends GrantDocument | CustomerDocument>(
  collection: ProjectionCollection<T>,
  id: unknown,
  namespace: string,
): Promise<T> => {
  if (typeof id !== 'string') throw unknownToken();
  const document = await collection.find(id);
  if (document?.namespace !== namespace)
    throw new Refusal('VALIDATION', 'page_token names an item that is gone: list from the beginning', { field: 'page_token' });
  return document;
};

const entitlementToken = (token: string): readonly [id: unknown, index: number] => {
  const place = decodePageToken(token);
  const [id, index] = Array.isArray(place) ? (place as readonly unknown[]) : [];
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) throw unknownToken();
  return [id, index];
};
