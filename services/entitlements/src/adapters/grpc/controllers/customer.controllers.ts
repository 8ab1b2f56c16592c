import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  AccessServiceService,
  BalancesServiceService,
  EntitlementsServiceService,
  GrantsServiceService,
  type BatchCheckAccessRequest,
  type BatchCheckAccessResponse,
  type CheckAccessRequest,
  type CheckAccessResponse,
  type CreateEntitlementRequest,
  type CreateEntitlementResponse,
  type CreateGrantRequest,
  type CreateGrantResponse,
  type GetBalanceHistoryRequest,
  type GetBalanceHistoryResponse,
  type GetBalanceRequest,
  type GetBalanceResponse,
  type GetEntitlementRequest,
  type GetEntitlementResponse,
  type GetGrantRequest,
  type GetGrantResponse,
  type ListEntitlementsRequest,
  type ListEntitlementsResponse,
  type ListGrantsRequest,
  type ListGrantsResponse,
  type ResetUsageRequest,
  type ResetUsageResponse,
  type VoidGrantRequest,
  type VoidGrantResponse,
} from '@drawdown/proto';
import { Controller } from '@nestjs/common';
import { BatchAccess } from '../batch-access.js';
import { Lists } from '../lists.js';
import { CustomerCommands } from '../owner/commands.js';
import { OwnerCalls } from '../owner/owner-calls.js';
import { checkAccess, getBalance, getBalanceHistory, getEntitlement, getGrant } from '../owner/reads.js';
import { BatchCheckAccessBody, CheckAccessBody, GetBalanceBody, GetBalanceHistoryBody } from '../requests/balances.js';
import { CreateEntitlementBody, GetEntitlementBody, ListEntitlementsBody, ResetUsageBody } from '../requests/entitlements.js';
import { CreateGrantBody, GetGrantBody, ListGrantsBody, VoidGrantBody } from '../requests/grants.js';

@Controller()
export class AccessController {
  constructor(
    private readonly calls: OwnerCalls,
    private readonly batch: BatchAccess,
  ) {}

  @Rpc(AccessServiceService.checkAccess, { request: CheckAccessBody })
  async checkAccess(request: CheckAccessRequest, context: CallContext): Promise<CheckAccessResponse> {
    return this.calls.read(checkAccess, request, context);
  }

  @Rpc(AccessServiceService.batchCheckAccess, { request: BatchCheckAccessBody })
  async batchCheckAccess(request: BatchCheckAccessRequest, context: CallContext): Promise<BatchCheckAccessResponse> {
    return this.batch.check(request, context);
  }
}

@Controller()
export class BalancesController {
  constructor(private readonly calls: OwnerCalls) {}

  @Rpc(BalancesServiceService.getBalance, { request: GetBalanceBody })
  async getBalance(request: GetBalanceRequest, context: CallContext): Promise<GetBalanceResponse> {
    return this.calls.read(getBalance, request, context);
  }

  @Rpc(BalancesServiceService.getBalanceHistory, { request: GetBalanceHistoryBody })
  async getBalanceHistory(request: GetBalanceHistoryRequest, context: CallContext): Promise<GetBalanceHistoryResponse> {
    return this.calls.read(getBalanceHistory, request, context);
  }
}

@Controller()
export class EntitlementsController {
  constructor(
    private readonly calls: OwnerCalls,
    private readonly commands: CustomerCommands,
    private readonly lists: Lists,
  ) {}

  @Rpc(EntitlementsServiceService.createEntitlement, { request: CreateEntitlementBody })
  async createEntitlement(request: CreateEntitlementRequest, context: CallContext): Promise<CreateEntitlementResponse> {
    return this.calls.call(this.commands.createEntitlement, request, context);
  }

  @Rpc(EntitlementsServiceService.getEntitlement, { request: GetEntitlementBody })
  async getEntitlement(request: GetEntitlementRequest, context: CallContext): Promise<GetEntitlementResponse> {
    return this.calls.read(getEntitlement, request, context);
  }

  @Rpc(EntitlementsServiceService.listEntitlements, { request: ListEntitlementsBody })
  async listEntitlements(request: ListEntitlementsRequest, context: CallContext): Promise<ListEntitlementsResponse> {
    return this.lists.entitlements(request, context);
  }

  @Rpc(EntitlementsServiceService.resetUsage, { request: ResetUsageBody })
  async resetUsage(request: ResetUsageRequest, context: CallContext): Promise<ResetUsageResponse> {
    return this.calls.call(this.commands.resetUsage, request, context);
  }
}

@Controller()
export class GrantsController {
  constructor(
    private readonly calls: OwnerCalls,
    private readonly commands: CustomerCommands,
    private readonly lists: Lists,
  ) {}

  @Rpc(GrantsServiceService.createGrant, { request: CreateGrantBody })
  async createGrant(request: CreateGrantRequest, context: CallContext): Promise<CreateGrantResponse> {
    return this.calls.call(this.commands.createGrant, request, context);
  }

  @Rpc(GrantsServiceService.voidGrant, { request: VoidGrantBody })
  async voidGrant(request: VoidGrantRequest, context: CallContext): Promise<VoidGrantResponse> {
    return this.calls.call(this.commands.voidGrant, request, context);
  }

  @Rpc(GrantsServiceService.getGrant, { request: GetGrantBody })
  async getGrant(request: GetGrantRequest, context: CallContext): Promise<GetGrantResponse> {
    return this.calls.read(getGrant, request, context);
  }

  @Rpc(GrantsServiceService.listGrants, { request: ListGrantsBody })
  async listGrants(request: ListGrantsRequest, context: CallContext): Promise<ListGrantsResponse> {
    return this.lists.grants(request, context);
  }
}
