import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PoolCommandsServiceService,
  type ChangeNodesRequest,
  type ChangeNodesResponse,
  type ClosePoolRequest,
  type ClosePoolResponse,
  type RebasePoolRequest,
  type RebasePoolResponse,
  type TransferOwnershipRequest,
  type TransferOwnershipResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { isRefusal, Refusal } from '@drawdown/errors';
import { NOTHING, type PoolEvent } from '../../../domain/index.js';
import { requireRight } from '../authorization/rights.js';
import { fromApiAmounts, toApiAmounts } from '../convert/amounts.js';
import { toApiPool } from '../convert/pools.js';
import { EdgeCalls } from '../edge-calls.js';
import { CausedPoolCommandBody } from '../requests/parts.js';
import { ChangeNodesBody, RebasePoolBody, TransferOwnershipBody } from '../requests/pool-commands.js';

/** What a pool consists of: its nodes, its owner, its rates, its end (capacity §10.2, §15.7, §15.11). */
@Controller()
export class PoolStructureController {
  constructor(private readonly calls: EdgeCalls) {}

  @Rpc(PoolCommandsServiceService.changeNodes, { request: ChangeNodesBody })
  async changeNodes(request: ChangeNodesRequest, context: CallContext): Promise<ChangeNodesResponse> {
    const { poolId, added, removed, cause } = request;
    await this.calls.requireOnPool('manage', poolId, context);
    if (added.length > 0) await this.#requireOneFarm(poolId, added, context);
    const command = { type: 'change-nodes', added, removed, cause, areGone: false } as const;
    const { position } = await this.calls.execute('pool', poolId, request, command, context);
    return { pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }

  @Rpc(PoolCommandsServiceService.closePool, { request: CausedPoolCommandBody })
  async closePool(request: ClosePoolRequest, context: CallContext): Promise<ClosePoolResponse> {
    const { poolId, cause } = request;
    await this.calls.requireOnPool('manage', poolId, context);
    const { events, position } = await this.calls.execute('pool', poolId, request, { type: 'close', cause }, context);
    const forfeited = firstOf(events, 'pool-closed')?.forfeited ?? NOTHING;
    const pool = await this.calls.look('pool/get', poolId, {}, context, position);
    return { pool: toApiPool(pool), forfeited: toApiAmounts(forfeited), position };
  }

  @Rpc(PoolCommandsServiceService.transferOwnership, { request: TransferOwnershipBody })
  async transferOwnership(request: TransferOwnershipRequest, context: CallContext): Promise<TransferOwnershipResponse> {
    const { poolId, toTid, json, ownerSignature, successorSignature } = request;
    await this.calls.requireOnPool('manage', poolId, context);
    const { owner } = await this.calls.look('pool/get', poolId, {}, context);
    const [fromKey, toKey] = await Promise.all([this.#keyOf(owner, context), this.#keyOf(toTid, context)]);
    const signatures = { fromSignature: ownerSignature, toSignature: successorSignature };
    const command = { type: 'transfer-ownership', json, ...signatures, fromKey, toKey } as const;
    const { position } = await this.calls.execute('pool', poolId, request, command, context);
    return { pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }

  @Rpc(PoolCommandsServiceService.rebasePool, { request: RebasePoolBody })
  async rebasePool(request: RebasePoolRequest, context: CallContext): Promise<RebasePoolResponse> {
    const { poolId, workloads, formulaVersion } = request;
    requireRight(context.caller, 'manage');
    const rates = new Map(workloads.map(({ workloadId, rates: given }) => [workloadId, fromApiAmounts(given)]));
    const { events, position } = await this.calls.execute('pool', poolId, request, { type: 'rebase', rates, formulaVersion }, context);
    const missing = firstOf(events, 'rates-rebased')?.missing ?? [];
    const pool = await this.calls.look('pool/get', poolId, {}, context, position);
    return { pool: toApiPool(pool), missingWorkloadIds: [...missing], position };
  }

  /** New nodes are known and of the farm of those that the pool has; of these some may be gone (capacity §15.7). */
  async #requireOneFarm(poolId: number, added: readonly string[], context: CallContext): Promise<void> {
    const { nodeIds } = await this.calls.look('pool/get', poolId, {}, context);
    const news = await Promise.all(added.map(nodeId => this.calls.look('node/get', nodeId, {}, context)));
    const gone = news.find(({ isGone }) => isGone);
    if (gone !== undefined) throw new Refusal('UNKNOWN_NODE', `there is no node ${gone.nodeId}`, { nodeId: gone.nodeId });
    const present = await Promise.all(nodeIds.map(nodeId => this.#farmOf(nodeId, context)));
    const farms = new Set([...news.map(({ farmId }) => farmId), ...present.filter(farmId => farmId !== undefined)]);
    if (farms.size > 1) throw new Refusal('NODES_SPAN_FARMS', 'the nodes belong to several farms');
  }

  async #farmOf(nodeId: string, context: CallContext): Promise<number | undefined> {
    const node = await orUndefined(this.calls.look('node/get', nodeId, {}, context), 'UNKNOWN_NODE');
    return node === undefined || node.isGone ? undefined : node.farmId;
  }

  /** Whether there is such a party is for the decision to say. */
  async #keyOf(tid: number, context: CallContext): Promise<string | undefined> {
    return (await orUndefined(this.calls.look('party/get', tid, {}, context), 'PARTY_UNKNOWN'))?.publicKey;
  }
}

/** What is not there, by the code that says so. */
const orUndefined = async <T>(work: Promise<T>, reason: string): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error) && error.reason === reason) return undefined;
    throw error;
  }
};

const firstOf = <T extends PoolEvent['type']>(events: readonly PoolEvent[], type: T): Extract<PoolEvent, { type: T }> | undefined =>
  events.find((event): event is Extract<PoolEvent, { type: T }> => event.type === type);
