import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  WorkloadsServiceService,
  type AdmitWorkloadRequest,
  type AdmitWorkloadResponse,
  type AdmitWorkloadsRequest,
  type AdmitWorkloadsResponse,
  type MoveWorkloadRequest,
  type MoveWorkloadResponse,
  type ReplaceWorkloadRequest,
  type ReplaceWorkloadResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { fromApiAdmission, toApiAdmission } from '../convert/admissions.js';
import { required } from '../convert/refuse.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { AdmitWorkloadBody, AdmitWorkloadsBody, MoveWorkloadBody, ReplaceWorkloadBody } from '../requests/workloads.js';

/** A request looks up its customer and its node, and several pools may have to answer. */
const ADMIT_MS_DEFAULT = 15_000;

/** Room for workloads (capacity §7, §10.3, §15.3). Who may ask is one of the checks, in its place in their order. */
@Controller()
export class WorkloadAdmissionsController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(WorkloadsServiceService.admitWorkload, { request: AdmitWorkloadBody, msDefault: ADMIT_MS_DEFAULT })
  async admitWorkload(request: AdmitWorkloadRequest, context: CallContext): Promise<AdmitWorkloadResponse> {
    const { caller } = context;
    const wanted = fromApiAdmission(request, required(request.workload, 'workload'), 'workload', caller);
    const instruction = this.calls.instruction(request, context);
    const { value, position } = await this.ports.workloads.admit(caller.namespace, [wanted], instruction, context);
    const [admission] = value.map(toApiAdmission);
    return { admission, position };
  }

  @Rpc(WorkloadsServiceService.admitWorkloads, { request: AdmitWorkloadsBody, msDefault: ADMIT_MS_DEFAULT })
  async admitWorkloads(request: AdmitWorkloadsRequest, context: CallContext): Promise<AdmitWorkloadsResponse> {
    const { caller } = context;
    const wanted = request.workloads.map((workload, index) => fromApiAdmission(request, workload, `workloads[${index}]`, caller));
    const instruction = this.calls.instruction(request, context);
    const { value, position } = await this.ports.workloads.admit(caller.namespace, wanted, instruction, context);
    return { admissions: value.map(toApiAdmission), position };
  }

  @Rpc(WorkloadsServiceService.replaceWorkload, { request: ReplaceWorkloadBody, msDefault: ADMIT_MS_DEFAULT })
  async replaceWorkload(request: ReplaceWorkloadRequest, context: CallContext): Promise<ReplaceWorkloadResponse> {
    const { caller } = context;
    const wanted = fromApiAdmission(request, required(request.workload, 'workload'), 'workload', caller);
    const instruction = this.calls.instruction(request, context);
    const { namespace } = caller;
    const { value, position } = await this.ports.workloads.replace(namespace, request.replacedWorkloadId, wanted, instruction, context);
    return { admission: toApiAdmission(value), position };
  }

  @Rpc(WorkloadsServiceService.moveWorkload, { request: MoveWorkloadBody, msDefault: ADMIT_MS_DEFAULT })
  async moveWorkload(request: MoveWorkloadRequest, context: CallContext): Promise<MoveWorkloadResponse> {
    const { workloadId, fromPoolId, toPoolId, nodeId } = request;
    await this.calls.requireOnPool('deploy', fromPoolId, context);
    await this.calls.requireOnPool('deploy', toPoolId, context);
    const move = { workloadId, from: fromPoolId, to: toPoolId, nodeId: nodeId === '' ? undefined : nodeId };
    const instruction = this.calls.instruction(request, context);
    const { value, position } = await this.ports.workloads.move(context.caller.namespace, move, instruction, context);
    return { changed: value.isChanged, position };
  }
}
