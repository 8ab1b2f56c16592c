import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PoolCommandsServiceService,
  type MergePoolsRequest,
  type MergePoolsResponse,
  type RefundCapacityRequest,
  type RefundCapacityResponse,
  type SplitPoolRequest,
  type SplitPoolResponse,
  type TransferCapacityRequest,
  type TransferCapacityResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { requireRight } from '../authorization/rights.js';
import { idMadeBy } from '../command-request.js';
import { fromApiAmounts } from '../convert/amounts.js';
import { fromApiRefund, toApiRefundedLots } from '../convert/lots.js';
import { toApiPool } from '../convert/pools.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { MergePoolsBody, RefundCapacityBody, SplitPoolBody, TransferCapacityBody } from '../requests/pool-commands.js';

/** Capacity on its way between pools, and back for money (capacity §15.8 to §15.10). */
@Controller()
export class PoolCapacityController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(PoolCommandsServiceService.transferCapacity, { request: TransferCapacityBody })
  async transferCapacity(request: TransferCapacityRequest, context: CallContext): Promise<TransferCapacityResponse> {
    const { poolId, toPoolId, amounts, workloadIds, consented } = request;
    await this.calls.requireOnPools('pay', poolId, consented, context);
    const transferId = idMadeBy(context.caller.namespace, this.calls.instruction(request, context));
    const { position } = await this.calls.execute(
      'pool',
      poolId,
      request,
      { type: 'transfer-out', transferId, peer: toPoolId, amounts: fromApiAmounts(amounts), workloadIds, isConsented: consented },
      context,
    );
    return { transferId, pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }

  @Rpc(PoolCommandsServiceService.mergePools, { request: MergePoolsBody })
  async mergePools(request: MergePoolsRequest, context: CallContext): Promise<MergePoolsResponse> {
    const { poolId, intoPoolId, consented } = request;
    await this.calls.requireOnPools('manage', poolId, consented, context);
    const mergeId = idMadeBy(context.caller.namespace, this.calls.instruction(request, context));
    const command = { type: 'merge', mergeId, into: intoPoolId, isConsented: consented } as const;
    const { position } = await this.calls.execute('pool', poolId, request, command, context);
    return { pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }

  @Rpc(PoolCommandsServiceService.splitPool, { request: SplitPoolBody })
  async splitPool(request: SplitPoolRequest, context: CallContext): Promise<SplitPoolResponse> {
    const { poolId, workloadIds, amounts, nodeIds } = request;
    await this.calls.requireOnPool('manage', poolId, context);
    const split = { poolId, workloadIds, amounts: fromApiAmounts(amounts), nodeIds };
    const instruction = this.calls.instruction(request, context);
    const { value, position } = await this.ports.pools.split(context.caller.namespace, split, instruction, context);
    return { ...value, position };
  }

  @Rpc(PoolCommandsServiceService.refundCapacity, { request: RefundCapacityBody })
  async refundCapacity(request: RefundCapacityRequest, context: CallContext): Promise<RefundCapacityResponse> {
    const { poolId, what } = request;
    const { namespace } = context.caller;
    const command = fromApiRefund(what, idMadeBy(namespace, this.calls.instruction(request, context)));
    if (command.type === 'reverse-payment') requireRight(context.caller, 'manage');
    else await this.calls.requireOnPool('pay', poolId, context);
    const { events, position } = await this.calls.execute('pool', poolId, request, command, context);
    const pool = await this.calls.look('pool/get', poolId, {}, context, position);
    return { pool: toApiPool(pool), lots: toApiRefundedLots(events), position };
  }
}
