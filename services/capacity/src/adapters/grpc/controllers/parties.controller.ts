import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  DirectoryServiceService,
  type DepositFundsRequest,
  type DepositFundsResponse,
  type GetPartyRequest,
  type GetPartyResponse,
  type ListPartiesRequest,
  type ListPartiesResponse,
  type RegisterPartyRequest,
  type RegisterPartyResponse,
  type UpdatePartyRequest,
  type UpdatePartyResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { requireRight, requireRightOrParty } from '../authorization/rights.js';
import { fromApiParty, toApiFunds, toApiParty } from '../convert/directory.js';
import { toApiFreshness } from '../convert/freshness.js';
import { required } from '../convert/refuse.js';
import { EdgeCalls } from '../edge-calls.js';
import { EdgePorts } from '../edge-ports.js';
import { decodePageToken, isIndex, pageOf, tokenAfter } from '../paging.js';
import { DepositFundsBody, GetPartyBody, ListBody, WritePartyBody } from '../requests/directory.js';

/** Who signs and pays (capacity §6.3, §6.5). */
@Controller()
export class PartiesController {
  constructor(
    private readonly calls: EdgeCalls,
    private readonly ports: EdgePorts,
  ) {}

  @Rpc(DirectoryServiceService.registerParty, { request: WritePartyBody })
  async registerParty(request: RegisterPartyRequest, context: CallContext): Promise<RegisterPartyResponse> {
    requireRight(context.caller, 'manage');
    const party = required(request.party, 'party');
    const { tid } = party;
    const { namespace } = context.caller;
    const command = { type: 'register', namespace, tid, ...fromApiParty(party) } as const;
    const { position } = await this.calls.execute('party', tid, request, command, context);
    return { party: toApiParty(await this.calls.look('party/get', tid, {}, context, position)), position };
  }

  @Rpc(DirectoryServiceService.updateParty, { request: WritePartyBody })
  async updateParty(request: UpdatePartyRequest, context: CallContext): Promise<UpdatePartyResponse> {
    requireRight(context.caller, 'manage');
    const party = required(request.party, 'party');
    const { tid } = party;
    const { position } = await this.calls.execute('party', tid, request, { type: 'update', ...fromApiParty(party) }, context);
    return { party: toApiParty(await this.calls.look('party/get', tid, {}, context, position)), position };
  }

  @Rpc(DirectoryServiceService.depositFunds, { request: DepositFundsBody })
  async depositFunds(request: DepositFundsRequest, context: CallContext): Promise<DepositFundsResponse> {
    requireRight(context.caller, 'manage');
    const { asset, amount } = required(request.funds, 'funds');
    const { tid } = request;
    const { position } = await this.calls.execute('party', tid, request, { type: 'deposit', asset, amount: BigInt(amount) }, context);
    const { funds } = await this.calls.look('party/get', tid, {}, context, position);
    return { funds: toApiFunds(funds.find(held => held.asset === asset) ?? { asset, amount: 0n }), position };
  }

  @Rpc(DirectoryServiceService.getParty, { request: GetPartyBody })
  async getParty(request: GetPartyRequest, context: CallContext): Promise<GetPartyResponse> {
    requireRightOrParty(context.caller, 'read', request.tid);
    const told = await this.calls.ask('party/get', request.tid, {}, request.minPosition, context);
    return { party: toApiParty(told.answer), funds: told.answer.funds.map(toApiFunds), freshness: toApiFreshness(told) };
  }

  @Rpc(DirectoryServiceService.listParties, { request: ListBody })
  async listParties(request: ListPartiesRequest, context: CallContext): Promise<ListPartiesResponse> {
    requireRight(context.caller, 'read');
    const after = decodePageToken(request.pageToken, isIndex);
    const rested = await this.ports.queries.reached(request.minPosition, context);
    const { items, next } = await this.ports.queries.parties(context.caller.namespace, pageOf(request, after));
    return { parties: items.map(toApiParty), nextPageToken: tokenAfter(next), freshness: toApiFreshness(rested) };
  }
}
