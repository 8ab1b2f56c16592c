import { Fault } from '@drawdown/errors';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PoolsServiceService,
  type ExplainPoolRequest,
  type ExplainPoolResponse,
  type ForecastPoolRequest,
  type ForecastPoolResponse,
  type WhatIfRequest,
  type WhatIfResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { toApiFreshness } from '../convert/freshness.js';
import { toApiPool } from '../convert/pools.js';
import { fromApiWhatIf } from '../convert/what-if.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { ExplainPoolBody, ForecastPoolBody, WhatIfBody } from '../requests/pools.js';

/** Why a pool is as it is, and what would become of it (capacity §15.1, §15.4). */
@Controller()
export class PoolPlansController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(PoolsServiceService.explainPool, { request: ExplainPoolBody })
  async explainPool(request: ExplainPoolRequest, context: CallContext): Promise<ExplainPoolResponse> {
    await this.calls.requireOnPool('read', request.poolId, context);
    throw new Fault('NOT_READY', 'pools are not explained yet');
  }

  @Rpc(PoolsServiceService.forecastPool, { request: ForecastPoolBody })
  async forecastPool(request: ForecastPoolRequest, context: CallContext): Promise<ForecastPoolResponse> {
    await this.calls.requireOnPool('read', request.poolId, context);
    throw new Fault('NOT_READY', 'pools are not forecast yet');
  }

  @Rpc(PoolsServiceService.whatIf, { request: WhatIfBody })
  async whatIf(request: WhatIfRequest, context: CallContext): Promise<WhatIfResponse> {
    const { poolId, minPosition } = request;
    const command = fromApiWhatIf(request.command, this.ports.nowSeconds());
    await this.calls.requireOnPool('read', poolId, context);
    const told = await this.calls.ask('pool/what-if', poolId, { command }, minPosition, context);
    const { pool, events, refusal } = told.answer;
    return {
      pool: toApiPool(pool),
      events: [...events],
      refusal: refusal === undefined ? undefined : { ...refusal, metadata: { ...refusal.metadata } },
      freshness: toApiFreshness(told),
    };
  }
}
