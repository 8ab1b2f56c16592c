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
import { toApiAmounts, toApiDimension, toApiHorizon } from '../convert/amounts.js';
import { toApiFreshness } from '../convert/freshness.js';
import { fromApiPlan, toApiExplanation, toApiPoint } from '../convert/plans.js';
import { toApiPool } from '../convert/pools.js';
import { fromApiWhatIf } from '../convert/what-if.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { ExplainPoolBody, ForecastPoolBody, WhatIfBody } from '../requests/pools.js';

/** Workloads that are named per dimension where the request says no number. */
const CONTRIBUTIONS_DEFAULT = 100;

/** Why a pool is as it is, and what would become of it (capacity §15.1, §15.4). */
@Controller()
export class PoolPlansController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(PoolsServiceService.explainPool, { request: ExplainPoolBody })
  async explainPool(request: ExplainPoolRequest, context: CallContext): Promise<ExplainPoolResponse> {
    const { poolId, minPosition } = request;
    await this.calls.requireOnPool('read', poolId, context);
    const contributionsMax = request.contributionsMax === 0 ? CONTRIBUTIONS_DEFAULT : request.contributionsMax;
    const told = await this.calls.ask('pool/explain', poolId, { contributionsMax }, minPosition, context);
    const { pool, explanation } = told.answer;
    return {
      pool: toApiPool(pool),
      credited: toApiAmounts(explanation.credited),
      drained: toApiAmounts(explanation.drained),
      unfunded: toApiAmounts(explanation.unfunded),
      transferredIn: toApiAmounts(explanation.transferredIn),
      transferredOut: toApiAmounts(explanation.transferredOut),
      refunded: toApiAmounts(explanation.refunded),
      forfeited: toApiAmounts(explanation.forfeited),
      dimensions: explanation.dimensions.map(toApiExplanation),
      governing: toApiDimension(explanation.governing),
      freshness: toApiFreshness(told),
    };
  }

  @Rpc(PoolsServiceService.forecastPool, { request: ForecastPoolBody })
  async forecastPool(request: ForecastPoolRequest, context: CallContext): Promise<ForecastPoolResponse> {
    const { poolId, until, minPosition } = request;
    const plan = fromApiPlan(request.plan);
    await this.calls.requireOnPool('read', poolId, context);
    const told = await this.calls.ask('pool/forecast', poolId, { plan, until }, minPosition, context);
    const { emptyAt, dimension, curve, creditNeeded } = told.answer;
    return {
      emptyAt: toApiHorizon(emptyAt),
      dimension: toApiDimension(dimension),
      curve: curve.map(toApiPoint),
      creditNeeded: toApiAmounts(creditNeeded),
      freshness: toApiFreshness(told),
    };
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
