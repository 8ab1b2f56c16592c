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
  type RepairSessionRequest,
  type RepairSessionResponse,
  type ReplayDeadLetterRequest,
  type ReplayDeadLetterResponse,
  type SetAsideMessageRequest,
  type SetAsideMessageResponse,
  type TakeBackMessageRequest,
  type TakeBackMessageResponse,
} from '@drawdown/proto/sessions';
import { Controller } from '@nestjs/common';
import { identityOf } from '../command-request.js';
import { toApiDeadLetter, toApiOverdue, toApiPartition } from '../convert/operations.js';
import { OVERDUE_MAX } from '../limits.js';
import { foldedMessage, OperationsApi } from '../operations-api.js';
import { decodePageToken, encodePageToken, isIndex, pageSizeOf } from '../paging.js';
import {
  CheckDueBody,
  DeadLetterBody,
  ListDeadLettersBody,
  ListOverdueBody,
  NothingBody,
  ProjectionBody,
  ProjectionPartitionBody,
  RepairSessionBody,
  SetAsideMessageBody,
  TakeBackMessageBody,
} from '../requests/operations.js';

/** A rebuild folds everything; nobody waits longer for it than this. */
const REBUILD_MS_MAX = 3_600_000;
const FOLD_MS_MAX = 600_000;
const OPERATOR = 'operator';
const FOLDING = { request: ProjectionPartitionBody, role: OPERATOR, msDefault: FOLD_MS_MAX, msMax: FOLD_MS_MAX } as const;

/** What operators and reconcilers do (design §5). */
@Controller()
export class OperationsController {
  constructor(private readonly api: OperationsApi) {}

  @Rpc(OperationsServiceService.listPartitions, { request: NothingBody, role: OPERATOR })
  async listPartitions(_request: ListPartitionsRequest, { signal }: CallContext): Promise<ListPartitionsResponse> {
    return { partitions: (await this.api.operations.partitions(signal)).map(toApiPartition) };
  }

  @Rpc(OperationsServiceService.listOverdue, { request: ListOverdueBody, role: OPERATOR })
  async listOverdue({ longerThanMs }: ListOverdueRequest, { signal }: CallContext): Promise<ListOverdueResponse> {
    return { overdue: (await this.api.operations.overdue(longerThanMs, OVERDUE_MAX, signal)).map(toApiOverdue) };
  }

  @Rpc(OperationsServiceService.checkDue, { request: CheckDueBody, role: OPERATOR })
  async checkDue({ partition }: CheckDueRequest, { signal }: CallContext): Promise<CheckDueResponse> {
    return this.api.operations.checkDue(partition, signal);
  }

  @Rpc(OperationsServiceService.auditProjection, FOLDING)
  async auditProjection({ partition }: AuditProjectionRequest, { signal }: CallContext): Promise<AuditProjectionResponse> {
    const { differences, ...counts } = await this.api.operations.audit(partition, signal);
    return { ...counts, differences: differences.map(difference => ({ ...difference })) };
  }

  @Rpc(OperationsServiceService.repairProjection, FOLDING)
  async repairProjection({ partition }: RepairProjectionRequest, { signal }: CallContext): Promise<RepairProjectionResponse> {
    return { repaired: await this.api.operations.repair(partition, signal) };
  }

  @Rpc(OperationsServiceService.rebuild, { request: ProjectionBody, role: OPERATOR, msDefault: REBUILD_MS_MAX, msMax: REBUILD_MS_MAX })
  async *rebuild(_request: RebuildRequest, _context: CallContext): AsyncGenerator<RebuildResponse> {
    for await (const { generation, partitionsDone, done } of this.api.operations.rebuild()) {
      yield { generation, partitionsDone, partitionsTotal: PARTITIONS, done };
    }
  }

  @Rpc(OperationsServiceService.listDeadLetters, { request: ListDeadLettersBody, role: OPERATOR })
  async listDeadLetters(request: ListDeadLettersRequest, _context: CallContext): Promise<ListDeadLettersResponse> {
    const from = decodePageToken(request.pageToken, isIndex) ?? 1;
    const { letters, nextSequence } = await this.api.deadLetters(from, pageSizeOf(request));
    return {
      deadLetters: letters.map(toApiDeadLetter),
      nextPageToken: nextSequence === undefined ? '' : encodePageToken(nextSequence),
    };
  }

  @Rpc(OperationsServiceService.replayDeadLetter, { request: DeadLetterBody, role: OPERATOR })
  async replayDeadLetter({ sequence }: ReplayDeadLetterRequest, _context: CallContext): Promise<ReplayDeadLetterResponse> {
    return { position: await this.api.replay(sequence) };
  }

  @Rpc(OperationsServiceService.setAsideMessage, { request: SetAsideMessageBody, role: OPERATOR })
  async setAsideMessage(request: SetAsideMessageRequest, _context: CallContext): Promise<SetAsideMessageResponse> {
    const { sequence } = await this.api.operations.setAside(foldedMessage(request), request.reason, identityOf(request));
    return { position: this.api.setAsidePositionOf(sequence) };
  }

  @Rpc(OperationsServiceService.takeBackMessage, { request: TakeBackMessageBody, role: OPERATOR })
  async takeBackMessage(request: TakeBackMessageRequest, _context: CallContext): Promise<TakeBackMessageResponse> {
    const { sequence } = await this.api.operations.takeBack(foldedMessage(request), identityOf(request));
    return { position: this.api.setAsidePositionOf(sequence) };
  }

  @Rpc(OperationsServiceService.repairSession, { request: RepairSessionBody, role: OPERATOR })
  async repairSession(request: RepairSessionRequest, { signal }: CallContext): Promise<RepairSessionResponse> {
    const { namespace, propertyId, closeId, dropUnreadable } = request;
    const parked = { namespace, propertyId, closeId, dropUnreadable };
    const place = await this.api.operations.repairSession(parked, identityOf(request), signal);
    return { position: this.api.positionOf(place) };
  }
}
