import { Fault, Refusal } from '@drawdown/errors';
import {
  type AuditProjectionRequest,
  type AuditProjectionResponse,
  CheckAccessResponse,
  type BatchCheckAccessRequest,
  type BatchCheckAccessResponse,
  type CheckAccessRequest,
  AccessServiceService,
  UsageServiceService,
  type RebuildRequest,
  RebuildResponse,
  OperationsServiceService,
  type StreamUsageRequest,
  type StreamUsageResponse,
  UsageOutcome,
} from '@drawdown/proto';
import { Controller, Module } from '@nestjs/common';

import { type CallContext, IsKey, IsMessages, IsMinPosition, IsText, Rpc } from '../../src/index.js';

class Check {
  @IsKey() customer!: string;
  @IsKey() featureKey!: string;
}

class CheckAccessBody extends Check {
  @IsMinPosition() minPosition!: string;
}

class BatchCheckAccessBody {
  @IsMessages(() => Check, 1, 1_000) checks!: readonly Check[];
}

class StreamBody {
  @IsMessages(() => EventBody, 1, 1_000) events!: readonly EventBody[];
}

class EventBody {
  @IsKey() id!: string;
}

class RebuildBody {
  @IsText(64, 1) projection!: string;
}

/** What the tests want to know of, and do to, the handlers. */
export const probe = {
  contexts: [] as CallContext[],
  /** What `CheckAccess` does for the feature of this name. */
  behaviours: new Map<string, (context: CallContext) => Promise<void> | void>(),
  reset(): void {
    probe.contexts.length = 0;
    probe.behaviours.clear();
  },
};

@Controller()
class AccessController {
  @Rpc(AccessServiceService.checkAccess, { request: CheckAccessBody, msDefault: 1_000 })
  async checkAccess(request: CheckAccessRequest, context: CallContext): Promise<CheckAccessResponse> {
    probe.contexts.push(context);
    await probe.behaviours.get(request.featureKey)?.(context);
    return CheckAccessResponse.fromPartial({ access: { hasAccess: true, entitlementId: context.caller.namespace, balance: '7.5' } });
  }

  @Rpc(AccessServiceService.batchCheckAccess, { request: BatchCheckAccessBody })
  async batchCheckAccess(request: BatchCheckAccessRequest): Promise<BatchCheckAccessResponse> {
    return { results: request.checks.map(() => ({ result: undefined, freshness: undefined })) };
  }
}

const notBuilt = (): never => {
  throw new Fault('NOT_READY', 'not part of this sample');
};

@Controller()
class UsageController {
  @Rpc(UsageServiceService.ingestUsage, { request: StreamBody })
  async ingestUsage(): Promise<never> {
    return notBuilt();
  }

  @Rpc(UsageServiceService.cancelUsage, { request: EventBody })
  async cancelUsage(): Promise<never> {
    throw new Refusal('NOT_FOUND', 'no such event', { kind: 'event', id: 'e-1' });
  }

  @Rpc(UsageServiceService.streamUsage, { request: StreamBody })
  async streamUsage(batches: AsyncIterable<StreamUsageRequest>): Promise<StreamUsageResponse> {
    const results: StreamUsageResponse['results'] = [];
    for await (const { events } of batches) {
      results.push(...events.map(({ id }) => ({ outcome: UsageOutcome.ACCEPTED, position: id, error: undefined })));
    }
    return { results, position: 'p' };
  }
}

@Controller()
class OperationsController {
  @Rpc(OperationsServiceService.rebuild, { request: RebuildBody, role: 'operator' })
  async *rebuild(request: RebuildRequest): AsyncIterable<RebuildResponse> {
    for (let done = 1; done <= 3; done += 1) {
      if (request.projection === 'broken' && done === 3) throw new Error('secret of the inside');
      yield RebuildResponse.fromPartial({ generation: 'g2', partitionsDone: done, partitionsTotal: 3, done: done === 3 });
    }
  }

  @Rpc(OperationsServiceService.auditProjection, { request: RebuildBody, role: 'operator' })
  async auditProjection(_request: AuditProjectionRequest): Promise<AuditProjectionResponse> {
    return { documents: 1, differenceCount: 0, differences: [] };
  }
}

/** The part of the operations contract that the sample serves. */
export const { rebuild, auditProjection } = OperationsServiceService;

@Module({ controllers: [AccessController, UsageController, OperationsController] })
export class SampleModule {}

@Module({ controllers: [AccessController] })
export class IncompleteModule {}
