import {
  CreateEntitlementRequest,
  CreateEntitlementResponse,
  CreateGrantRequest,
  CreateGrantResponse,
  ResetUsageRequest,
  ResetUsageResponse,
  VoidGrantRequest,
  VoidGrantResponse,
  type Grant,
} from '@drawdown/proto';
import { inject } from '@drawdown/telemetry';
import { executeOn, type ExecutedCommand } from '../../../application/commands/execute.js';
import type { CatalogLog } from '../../../application/catalog/catalog-log.js';
import type { PartitionOwner } from '../../../application/partition/partition-owner.js';
import type { CustomerCommand, CustomerEvent } from '../../../domain/index.js';
import { toApiBalance } from '../convert/balances.js';
import { fromApiEntitlement, toApiEntitlement } from '../convert/entitlements.js';
import { fromApiGrant, toApiGrant } from '../convert/grants.js';
import { withinField } from '../convert/field-path.js';
import { fromApiTimestampIfSet } from '../convert/instants.js';
import { bodyHashOf, idFor, requestTimeMs, type CommandRequest } from './command-request.js';
import type { OwnerCalls } from './owner-calls.js';
import type { OwnerCall, OwnerRoute } from './route.js';

/** Commands of one customer. Answers of a repeat are made of the events that were recorded first (design §3.11). */
export class CustomerCommands {
  constructor(
    private readonly catalog: CatalogLog,
    private readonly positionOf: (executed: ExecutedCommand) => string,
  ) {}

  readonly createEntitlement: OwnerRoute<CreateEntitlementRequest, CreateEntitlementResponse> = {
    kind: 'owner',
    name: 'CreateEntitlement',
    request: CreateEntitlementRequest,
    response: CreateEntitlementResponse,
    customerOf: ({ entitlement }) => entitlement?.customer ?? '',
    answer: async (owner, request, call) => {
      const { entitlement: message = EMPTY_ENTITLEMENT } = request;
      const ids = {
        entitlementId: idFor(call.namespace, message.customer, request, 'entitlement'),
        defaultGrantId: idFor(call.namespace, message.customer, request, 'default-grant'),
      };
      const lookup = await this.catalog.lookUpFeature(call.namespace, message.featureKey);
      const executed = await withinField('entitlement.metered', async () => {
        const body = fromApiEntitlement(ids, message, message.metered ?? EMPTY_METERED, lookup);
        return execute(owner, call, message.customer, request, body);
      });
      const { entitlement } = firstOf(executed, 'entitlement-created');
      return {
        entitlement: toApiEntitlement(message.customer, { ...entitlement, grants: [], resets: [] }, owner.nowMs()),
        position: this.positionOf(executed),
      };
    },
  };

  readonly createGrant: OwnerRoute<CreateGrantRequest, CreateGrantResponse> = {
    kind: 'owner',
    name: 'CreateGrant',
    request: CreateGrantRequest,
    response: CreateGrantResponse,
    customerOf: ({ grant }) => grant?.customer ?? '',
    answer: async (owner, request, call) => {
      const { grant: message = EMPTY_GRANT } = request;
      const executed = await withinField('grant', async () => {
        const body = fromApiGrant(idFor(call.namespace, message.customer, request, 'grant'), message);
        return execute(owner, call, message.customer, request, body);
      });
      const { grant } = firstOf(executed, 'grant-created');
      return { grant: toApi(executed, message.customer, grant.id, owner.nowMs()), position: this.positionOf(executed) };
    },
  };

  readonly voidGrant: OwnerRoute<VoidGrantRequest, VoidGrantResponse> = {
    kind: 'owner',
    name: 'VoidGrant',
    request: VoidGrantRequest,
    response: VoidGrantResponse,
    customerOf: ({ customer }) => customer,
    answer: async (owner, request, call) => {
      const body = { type: 'void-grant', grantId: request.grantId, at: fromApiTimestampIfSet(request.at) } as const;
      const executed = await execute(owner, call, request.customer, request, body);
      const { grantId } = firstOf(executed, 'grant-voided');
      return { grant: toApi(executed, request.customer, grantId, owner.nowMs()), position: this.positionOf(executed) };
    },
  };

  readonly resetUsage: OwnerRoute<ResetUsageRequest, ResetUsageResponse> = {
    kind: 'owner',
    name: 'ResetUsage',
    request: ResetUsageRequest,
    response: ResetUsageResponse,
    customerOf: ({ customer }) => customer,
    answer: async (owner, request, call) => {
      const executed = await execute(owner, call, request.customer, request, {
        type: 'reset-usage',
        entitlement: request.entitlementId === '' ? request.featureKey : request.entitlementId,
        at: fromApiTimestampIfSet(request.at),
        retainAnchor: request.retainAnchor,
        preserveOverage: request.preserveOverage,
      });
      const { entitlementId, reset } = firstOf(executed, 'usage-reset');
      const entitlement = executed.account.customer.entitlements.find(({ id }) => id === entitlementId);
      if (entitlement === undefined) throw new Error('a reset entitlement is not in its account');
      const reading = executed.account.usageOf(entitlement).balanceAt(entitlement, owner.nowMs()).readAt(reset.at);
      return { balance: toApiBalance({ entitlement, reading }), position: this.positionOf(executed) };
    },
  };

  registerAt(calls: OwnerCalls): void {
    calls.register(this.createEntitlement);
    calls.register(this.createGrant);
    calls.register(this.voidGrant);
    calls.register(this.resetUsage);
  }
}

const execute = (
  owner: PartitionOwner,
  call: OwnerCall,
  customer: string,
  request: CommandRequest,
  body: CustomerCommand,
): Promise<ExecutedCommand> =>
  executeOn(
    owner,
    { namespace: call.namespace, customer },
    {
      id: request.requestId,
      createdAtMs: requestTimeMs(request),
      bodyHash: bodyHashOf(request),
      body,
      headers: Object.fromEntries(inject(new Map<string, string>())),
    },
  );

const toApi = ({ account }: ExecutedCommand, customer: string, grantId: string, nowMs: number): Grant | undefined => {
  for (const { id, featureKey, grants } of account.customer.entitlements) {
    const grant = grants.find(candidate => candidate.id === grantId);
    if (grant !== undefined) return toApiGrant({ customer, entitlementId: id, featureKey }, grant, nowMs);
  }
  throw new Error('a recorded grant is not in its account');
};

const firstOf = <T extends CustomerEvent['type']>({ events }: ExecutedCommand, type: T): Extract<CustomerEvent, { type: T }> => {
  const event = events.find((candidate): candidate is Extract<CustomerEvent, { type: T }> => candidate.type === type);
  if (event === undefined) throw new Error(`the command did not come to ${type}`);
  return event;
};

/** The edge refuses requests without these messages; the generated types cannot say so. */
const EMPTY_ENTITLEMENT = CreateEntitlementRequest.fromPartial({ entitlement: {} }).entitlement as NonNullable<
  CreateEntitlementRequest['entitlement']
>;
const EMPTY_METERED = CreateEntitlementRequest.fromPartial({ entitlement: { metered: {} } }).entitlement?.metered as NonNullable<
  NonNullable<CreateEntitlementRequest['entitlement']>['metered']
>;
const EMPTY_GRANT = CreateGrantRequest.fromPartial({ grant: {} }).grant as NonNullable<CreateGrantRequest['grant']>;
