import { PARTITIONS } from '@drawdown/eventlog';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  OperationsServiceService,
  type AuditProjectionRequest,
  type AuditProjectionResponse,
  type ListDeadLettersRequest,
  type ListDeadLettersResponse,
  type ListPartitionsRequest,
  type ListPartitionsResponse,
  type RebuildRequest,
  type RebuildResponse,
  type ReplayDeadLetterRequest,
  type ReplayDeadLetterResponse,
  type SetAsideMessageRequest,
  type SetAsideMessageResponse,
  type TakeBackMessageRequest,
  type TakeBackMessageResponse,
} from '@drawdown/proto';
import { Controller } from '@nestjs/common';
import { Operations } from '../operations.js';
import {
  AuditProjectionBody,
  DeadLetterBody,
  ListDeadLettersBody,
  NothingBody,
  ProjectionBody,
  SetAsideMessageBody,
  TakeBackMessageBody,
} from '../requests/operations.js';

/** A rebuild folds everything; nobody waits longer for it than this. */
const REBUILD_MS_MAX = 3_600_000;
const AUDIT_MS_MAX = 600_000;
const OPERATOR = 'operator';

/** What operators and reconcilers do (design §5). The same in every service. */
@Controller()
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Rpc(OperationsServiceService.listPartitions, { request: NothingBody, role: OPERATOR })
  async listPartitions(_request: ListPartitionsRequest, context: CallContext): Promise<ListPartitionsResponse> {
    return { partitions: await this.operations.partitions(context) };
  }

  @Rpc(OperationsServiceService.rebuild, { request: ProjectionBody, role: OPERATOR, msDefault: REBUILD_MS_MAX, msMax: REBUILD_MS_MAX })
  async *rebuild(_request: RebuildRequest, _context: CallContext): AsyncGenerator<RebuildResponse> {
    for await (const { generation, partitionsDone, done } of this.operations.rebuild()) {
      yield { generation, partitionsDone, partitionsTotal: PARTITIONS, done };
    }
  }

  @Rpc(OperationsServiceService.auditProjection, {
    request: AuditProjectionBody,
    role: OPERATOR,
    msDefault: AUDIT_MS_MAX,
    msMax: AUDIT_MS_MAX,
  })
  async auditProjection(request: AuditProjectionRequest, context: CallContext): Promise<AuditProjectionResponse> {
    return this.operations.audit(request, context);
  }

  @Rpc(OperationsServiceService.listDeadLetters, { request: ListDeadLettersBody, role: OPERATOR })
  async listDeadLetters(request: ListDeadLettersRequest, _context: CallContext): Promise<ListDeadLettersResponse> {
    return this.operations.deadLetters(request);
  }

  @Rpc(OperationsServiceService.replayDeadLetter, { request: DeadLetterBody, role: OPERATOR })
  async replayDeadLetter({ sequence }: ReplayDeadLetterRequest, _context: CallContext): Promise<ReplayDeadLetterResponse> {
    return { position: await this.operations.replay(sequence) };
  }

  @Rpc(OperationsServiceService.setAsideMessage, { request: SetAsideMessageBody, role: OPERATOR })
  async setAsideMessage(request: SetAsideMessageRequest, _context: CallContext): Promise<SetAsideMessageResponse> {
    const { stream, sequence, reason } = request;
    return { position: await this.operations.decide(request, { type: 'set-aside-message', stream, sequence, reason }) };
  }

  @Rpc(OperationsServiceService.takeBackMessage, { request: TakeBackMessageBody, role: OPERATOR })
  async takeBackMessage(request: TakeBackMessageRequest, _context: CallContext): Promise<TakeBackMessageResponse> {
    const { stream, sequence } = request;
    return { position: await this.operations.decide(request, { type: 'take-back-message', stream, sequence }) };
  }
}
