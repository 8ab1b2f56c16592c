import { PARTITIONS } from '@drawdown/eventlog';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  OperationsServiceService,
  type AuditProjectionRequest,
  type AuditProjectionResponse,
  type CheckDueRequest,
  type CheckDueResponse,
  type ListDeadLettersRequest,
  type ListDeadLettersResponse,
  type ListOverdueRequest,
  type ListOverdueResponse,
  type ListPartitionsRequest,
  type ListPartitionsResponse,
  type RebuildRequest,
  type RebuildResponse,
  type RepairProjectionRequest,
  type RepairProjectionResponse,
  type ReplayDeadLetterRequest,
  type ReplayDeadLetterResponse,
  type SetAsideMessageRequest,
  type SetAsideMessageResponse,
  type TakeBackMessageRequest,
  type TakeBackMessageResponse,
} from '@drawdown/proto/capacity';
import { Controller } from '@nestjs/common';
import { identityOf } from '../command-request.js';
import { fromApiDueTarget, toApiDeadLetter, toApiPartition } from '../convert/operations.js';
import { EdgePorts } from '../edge-ports.js';
import { OVERDUE_MAX } from '../limits.js';
import { decodePageToken, isIndex, pageSizeOf, tokenAfter } from '../paging.js';
import {
  CheckDueBody,
  DeadLetterBody,
  ListDeadLettersBody,
  ListOverdueBody,
  NothingBody,
  ProjectionBody,
  ProjectionPartitionBody,
  SetAsideMessageBody,
  TakeBackMessageBody,
} from '../requests/operations.js';

/** A rebuild folds everything; nobody waits longer for it than this. */
const REBUILD_MS_MAX = 3_600_000;
const FOLD_MS_MAX = 600_000;
const OPERATOR = 'operator';
const FOLDING = { request: ProjectionPartitionBody, role: OPERATOR, msDefault: FOLD_MS_MAX, msMax: FOLD_MS_MAX } as const;

/** What operators and reconcilers do (design §5). The same in every service, but for what is due. */
@Controller()
export class OperationsController {
  constructor(private readonly ports: EdgePorts) {}

  @Rpc(OperationsServiceService.listPartitions, { request: NothingBody, role: OPERATOR })
  async listPartitions(_request: ListPartitionsRequest, context: CallContext): Promise<ListPartitionsResponse> {
    return { partitions: (await this.ports.operations.partitions(context)).map(toApiPartition) };
  }

  @Rpc(OperationsServiceService.listOverdue, { request: ListOverdueBody, role: OPERATOR })
  async listOverdue({ longerThanSeconds }: ListOverdueRequest, _context: CallContext): Promise<ListOverdueResponse> {
    const overdue = await this.ports.operations.overdue(longerThanSeconds, OVERDUE_MAX);
    return { overdue: overdue.map(pool => ({ ...pool })) };
  }

  @Rpc(OperationsServiceService.checkDue, { request: CheckDueBody, role: OPERATOR })
  async checkDue(request: CheckDueRequest, context: CallContext): Promise<CheckDueResponse> {
    return this.ports.operations.checkDue(fromApiDueTarget(request), context);
  }

  @Rpc(OperationsServiceService.auditProjection, FOLDING)
  async auditProjection({ partition }: AuditProjectionRequest, context: CallContext): Promise<AuditProjectionResponse> {
    const { differences, ...counts } = await this.ports.operations.audit(partition, context);
    return { ...counts, differences: differences.map(difference => ({ ...difference })) };
  }

  @Rpc(OperationsServiceService.repairProjection, FOLDING)
  async repairProjection({ partition }: RepairProjectionRequest, context: CallContext): Promise<RepairProjectionResponse> {
    return { repaired: await this.ports.operations.repair(partition, context) };
  }

  @Rpc(OperationsServiceService.rebuild, { request: ProjectionBody, role: OPERATOR, msDefault: REBUILD_MS_MAX, msMax: REBUILD_MS_MAX })
  async *rebuild(_request: RebuildRequest, _context: CallContext): AsyncGenerator<RebuildResponse> {
    for await (const { generation, partitionsDone, done } of this.ports.operations.rebuild()) {
      yield { generation, partitionsDone, partitionsTotal: PARTITIONS, done };
    }
  }

  @Rpc(OperationsServiceService.listDeadLetters, { request: ListDeadLettersBody, role: OPERATOR })
  async listDeadLetters(request: ListDeadLettersRequest, _context: CallContext): Promise<ListDeadLettersResponse> {
    const from = decodePageToken(request.pageToken, isIndex) ?? 1;
    const { letters, nextSequence } = await this.ports.operations.deadLetters(from, pageSizeOf(request));
    return { deadLetters: letters.map(toApiDeadLetter), nextPageToken: tokenAfter(nextSequence) };
  }

  @Rpc(OperationsServiceService.replayDeadLetter, { request: DeadLetterBody, role: OPERATOR })
  async replayDeadLetter({ sequence }: ReplayDeadLetterRequest, _context: CallContext): Promise<ReplayDeadLetterResponse> {
    return { position: await this.ports.operations.replay(sequence) };
  }

  @Rpc(OperationsServiceService.setAsideMessage, { request: SetAsideMessageBody, role: OPERATOR })
  async setAsideMessage(request: SetAsideMessageRequest, _context: CallContext): Promise<SetAsideMessageResponse> {
    const { sequence, reason } = request;
    return { position: await this.ports.operations.setAside(sequence, reason, identityOf(request)) };
  }

  @Rpc(OperationsServiceService.takeBackMessage, { request: TakeBackMessageBody, role: OPERATOR })
  async takeBackMessage(request: TakeBackMessageRequest, _context: CallContext): Promise<TakeBackMessageResponse> {
    return { position: await this.ports.operations.takeBack(request.sequence, identityOf(request)) };
  }
}
