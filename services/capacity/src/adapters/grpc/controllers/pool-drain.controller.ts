import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  PoolCommandsServiceService,
  type PausePoolRequest,
  type PausePoolResponse,
  type PauseWorkloadRequest,
  type PauseWorkloadResponse,
  type ResumePoolRequest,
  type ResumePoolResponse,
  type ResumeWorkloadRequest,
  type ResumeWorkloadResponse,
  type SetPolicyRequest,
  type SetPolicyResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import type { Untimed } from '../../../application/aggregates/instructed.js';
import type { PoolCommand } from '../../../domain/index.js';
import type { Right } from '../authorization/rights.js';
import type { CommandRequest } from '../command-request.js';
import { fromApiPolicy } from '../convert/policies.js';
import { toApiPool } from '../convert/pools.js';
import { required } from '../convert/refuse.js';
import { EdgeCalls } from '../edge-calls.js';
import { CausedPoolCommandBody } from '../requests/parts.js';
import { SetPolicyBody, WorkloadDrainBody } from '../requests/pool-commands.js';

/** How a pool drains: its rules, and what is paused (capacity §15.5, §15.6). */
@Controller()
export class PoolDrainController {
  constructor(private readonly calls: EdgeCalls) {}

  @Rpc(PoolCommandsServiceService.setPolicy, { request: SetPolicyBody })
  async setPolicy(request: SetPolicyRequest, context: CallContext): Promise<SetPolicyResponse> {
    const policy = fromApiPolicy(required(request.policy, 'policy'));
    return this.#change('manage', request, { type: 'set-policy', policy }, context);
  }

  @Rpc(PoolCommandsServiceService.pausePool, { request: CausedPoolCommandBody })
  async pausePool(request: PausePoolRequest, context: CallContext): Promise<PausePoolResponse> {
    return this.#change('manage', request, { type: 'pause', cause: request.cause }, context);
  }

  @Rpc(PoolCommandsServiceService.resumePool, { request: CausedPoolCommandBody })
  async resumePool(request: ResumePoolRequest, context: CallContext): Promise<ResumePoolResponse> {
    return this.#change('manage', request, { type: 'resume', cause: request.cause }, context);
  }

  @Rpc(PoolCommandsServiceService.pauseWorkload, { request: WorkloadDrainBody })
  async pauseWorkload(request: PauseWorkloadRequest, context: CallContext): Promise<PauseWorkloadResponse> {
    return this.#change('deploy', request, { type: 'pause-workloads', workloadIds: [request.workloadId] }, context);
  }

  @Rpc(PoolCommandsServiceService.resumeWorkload, { request: WorkloadDrainBody })
  async resumeWorkload(request: ResumeWorkloadRequest, context: CallContext): Promise<ResumeWorkloadResponse> {
    return this.#change('deploy', request, { type: 'resume-workloads', workloadIds: [request.workloadId] }, context);
  }

  async #change(
    right: Right,
    request: CommandRequest & { readonly poolId: number },
    command: Untimed<PoolCommand>,
    context: CallContext,
  ): Promise<SetPolicyResponse> {
    const { poolId } = request;
    await this.calls.requireOnPool(right, poolId, context);
    const { position } = await this.calls.execute('pool', poolId, request, command, context);
    return { pool: toApiPool(await this.calls.look('pool/get', poolId, {}, context, position)), position };
  }
}
