import { Refusal } from '@drawdown/errors';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PoolsServiceService,
  type GetNextExpiringPoolRequest,
  type GetNextExpiringPoolResponse,
  type GetPoolRequest,
  type GetPoolResponse,
  type ListExpiredPoolsRequest,
  type ListExpiredPoolsResponse,
  type ListPoolMembersRequest,
  type ListPoolMembersResponse,
  type ListPoolsByOwnerRequest,
  type ListPoolsByOwnerResponse,
  type ListPoolSegmentsRequest,
  type ListPoolSegmentsResponse,
  type StreamPoolsRequest,
  type StreamPoolsResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { requireRight, requireRightOrParty } from '../authorization/rights.js';
import { toApiFreshness } from '../convert/freshness.js';
import { toApiItemError } from '../convert/item-error.js';
import { toApiAlert } from '../convert/alerts.js';
import { fromApiStatuses, toApiListedPool, toApiPool } from '../convert/pools.js';
import { fromApiMemberStates, toApiMember, toApiSegment } from '../convert/stays.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { decodePageToken, isDepletionPlace, isIndex, pageOf, tokenAfter } from '../paging.js';
import {
  GetNextExpiringPoolBody,
  GetPoolBody,
  ListExpiredPoolsBody,
  ListPoolMembersBody,
  ListPoolsByOwnerBody,
  ListPoolSegmentsBody,
  StreamPoolsBody,
} from '../requests/pools.js';

/** Pools as they are and were (capacity §5.2). */
@Controller()
export class PoolsController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(PoolsServiceService.getPool, { request: GetPoolBody })
  async getPool(request: GetPoolRequest, context: CallContext): Promise<GetPoolResponse> {
    const { poolId, settledAt, withWorkloadIds, minPosition } = request;
    await this.calls.requireOnPool('read', poolId, context);
    const args = { at: settledAt, withWorkloadIds };
    const told = await this.calls.ask('pool/get', poolId, args, minPosition, context);
    return { pool: toApiPool(told.answer), alerts: told.answer.alerts.map(toApiAlert), freshness: toApiFreshness(told, settledAt) };
  }

  @Rpc(PoolsServiceService.streamPools, { request: StreamPoolsBody })
  async *streamPools(request: StreamPoolsRequest, context: CallContext): AsyncGenerator<StreamPoolsResponse> {
    const { queries, nowSeconds } = this.ports;
    const { caller, signal } = context;
    requireRight(caller, 'read');
    const statuses = fromApiStatuses(request.statuses);
    await queries.reached(request.minPosition, context);
    for await (const item of queries.pools(caller.namespace, statuses, nowSeconds(), signal)) {
      yield 'pool' in item
        ? { result: { $case: 'pool', value: toApiListedPool(item.pool) } }
        : { result: { $case: 'error', value: toApiItemError(item.error) } };
    }
  }

  @Rpc(PoolsServiceService.listPoolsByOwner, { request: ListPoolsByOwnerBody })
  async listPoolsByOwner(request: ListPoolsByOwnerRequest, context: CallContext): Promise<ListPoolsByOwnerResponse> {
    const { queries, nowSeconds } = this.ports;
    const { namespace } = context.caller;
    requireRightOrParty(context.caller, 'read', request.customerTid);
    const after = decodePageToken(request.pageToken, isIndex);
    const rested = await queries.reached(request.minPosition, context);
    const { items, next } = await queries.poolsOfOwner(namespace, request.customerTid, nowSeconds(), pageOf(request, after));
    return { pools: items.map(toApiListedPool), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  @Rpc(PoolsServiceService.listExpiredPools, { request: ListExpiredPoolsBody })
  async listExpiredPools(request: ListExpiredPoolsRequest, context: CallContext): Promise<ListExpiredPoolsResponse> {
    const { queries, nowSeconds } = this.ports;
    const { namespace } = context.caller;
    requireRight(context.caller, 'read');
    const after = decodePageToken(request.pageToken, isDepletionPlace);
    const rested = await queries.reached(request.minPosition, context);
    const now = nowSeconds();
    const { items, next } = await queries.expiredBy(namespace, request.at ?? now, now, pageOf(request, after));
    return { pools: items.map(toApiListedPool), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  @Rpc(PoolsServiceService.getNextExpiringPool, { request: GetNextExpiringPoolBody })
  async getNextExpiringPool(request: GetNextExpiringPoolRequest, context: CallContext): Promise<GetNextExpiringPoolResponse> {
    const { queries, nowSeconds } = this.ports;
    requireRight(context.caller, 'read');
    const rested = await queries.reached(request.minPosition, context);
    const now = nowSeconds();
    const pool = await queries.nextAfter(context.caller.namespace, request.at ?? now, now);
    if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'no pool empties after that');
    return { pool: toApiListedPool(pool), freshness: toApiFreshness(rested) };
  }

  @Rpc(PoolsServiceService.listPoolMembers, { request: ListPoolMembersBody })
  async listPoolMembers(request: ListPoolMembersRequest, context: CallContext): Promise<ListPoolMembersResponse> {
    const { queries } = this.ports;
    const after = decodePageToken(request.pageToken, isIndex);
    const states = fromApiMemberStates(request.states);
    await this.#requireReadable(request.poolId, context);
    const rested = await queries.reached(request.minPosition, context);
    const { items, next } = await queries.stays(context.caller.namespace, request.poolId, states, pageOf(request, after));
    return { members: items.map(toApiMember), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  @Rpc(PoolsServiceService.listPoolSegments, { request: ListPoolSegmentsBody })
  async listPoolSegments(request: ListPoolSegmentsRequest, context: CallContext): Promise<ListPoolSegmentsResponse> {
    const { queries } = this.ports;
    const after = decodePageToken(request.pageToken, isIndex);
    await this.#requireReadable(request.poolId, context);
    const rested = await queries.reached(request.minPosition, context);
    const range = { from: request.startAt, to: request.endAt };
    const { items, next } = await queries.segments(context.caller.namespace, request.poolId, range, pageOf(request, after));
    return { segments: items.map(toApiSegment), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  /** Of a pool that is not there an empty list would be a lie. @throws Refusal `POOL_NOT_FOUND`, `ROLE_MISSING` */
  async #requireReadable(poolId: number, context: CallContext): Promise<void> {
    const { owner } = await this.calls.look('pool/get', poolId, {}, context);
    requireRightOrParty(context.caller, 'read', owner);
  }
}
