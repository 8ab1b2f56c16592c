import { Rpc, type CallContext } from '@drawdown/grpc';
import { PoolCommandsServiceService, type SetBorrowingRequest, type SetBorrowingResponse } from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { fromApiAmounts } from '../convert/amounts.js';
import { toApiPool } from '../convert/pools.js';
import { EdgeCalls } from '../edge-calls.js';
import { SetBorrowingBody } from '../requests/pool-commands.js';

/** Pools that borrow of other pools (capacity §15.8). */
@Controller()
export class BorrowingController {
  constructor(private readonly calls: EdgeCalls) {}

  @Rpc(PoolCommandsServiceService.setBorrowing, { request: SetBorrowingBody })
  async setBorrowing(request: SetBorrowingRequest, context: CallContext): Promise<SetBorrowingResponse> {
    const { poolId, parentPoolId, limit, consented } = request;
    await this.calls.requireOnPools('manage', poolId, consented, context);
    const command =
      parentPoolId === 0
        ? ({ type: 'end-borrowing' } as const)
        : ({ type: 'borrow', parent: parentPoolId, limit: fromApiAmounts(limit), isConsented: consented } as const);
    const { position } = await this.calls.execute('pool', poolId, request, command, context);
    return { pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }
}
