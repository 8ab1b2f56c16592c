import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  DirectoryServiceService,
  type GetFarmRequest,
  type GetFarmResponse,
  type ListFarmsRequest,
  type ListFarmsResponse,
  type RegisterFarmRequest,
  type RegisterFarmResponse,
  type UpdateFarmRequest,
  type UpdateFarmResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import type { FarmContent } from '../../../domain/index.js';
import { requireRight } from '../authorization/rights.js';
import type { CommandRequest } from '../command-request.js';
import { fromApiFarm, toApiFarm } from '../convert/directory.js';
import { toApiFreshness } from '../convert/freshness.js';
import { required } from '../convert/refuse.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { decodePageToken, isIndex, pageOf, tokenAfter } from '../paging.js';
import { GetFarmBody, ListBody, WriteFarmBody } from '../requests/directory.js';

/** Who is paid (capacity §6.4, §6.5). */
@Controller()
export class FarmsController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(DirectoryServiceService.registerFarm, { request: WriteFarmBody })
  async registerFarm(request: RegisterFarmRequest, context: CallContext): Promise<RegisterFarmResponse> {
    const farm = required(request.farm, 'farm');
    const { namespace } = context.caller;
    return this.#write(request, farm.farmId, { type: 'register', namespace, farmId: farm.farmId, ...fromApiFarm(farm) }, context);
  }

  @Rpc(DirectoryServiceService.updateFarm, { request: WriteFarmBody })
  async updateFarm(request: UpdateFarmRequest, context: CallContext): Promise<UpdateFarmResponse> {
    const farm = required(request.farm, 'farm');
    return this.#write(request, farm.farmId, { type: 'update', ...fromApiFarm(farm) }, context);
  }

  @Rpc(DirectoryServiceService.getFarm, { request: GetFarmBody })
  async getFarm(request: GetFarmRequest, context: CallContext): Promise<GetFarmResponse> {
    requireRight(context.caller, 'read');
    const told = await this.calls.ask('farm/get', request.farmId, {}, request.minPosition, context);
    return { farm: toApiFarm(told.answer), freshness: toApiFreshness(told) };
  }

  @Rpc(DirectoryServiceService.listFarms, { request: ListBody })
  async listFarms(request: ListFarmsRequest, context: CallContext): Promise<ListFarmsResponse> {
    requireRight(context.caller, 'read');
    const after = decodePageToken(request.pageToken, isIndex);
    const rested = await this.ports.queries.reached(request.minPosition, context);
    const { items, next } = await this.ports.queries.farms(context.caller.namespace, pageOf(request, after));
    return { farms: items.map(toApiFarm), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }

  async #write(
    request: CommandRequest,
    farmId: number,
    command: FarmContent &
      ({ readonly type: 'register'; readonly namespace: string; readonly farmId: number } | { readonly type: 'update' }),
    context: CallContext,
  ): Promise<RegisterFarmResponse> {
    requireRight(context.caller, 'manage');
    const { position } = await this.calls.execute('farm', farmId, request, command, context);
    return { farm: toApiFarm(await this.calls.look('farm/get', farmId, {}, context, position)), position };
  }
}
