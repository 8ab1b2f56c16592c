import { Refusal } from '@drawdown/errors';
import { encodePosition, PARTITIONS, UNPARTITIONED, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { DeadLetterLog, PartitionHost } from '@drawdown/partitions';
import { rebuildReadModel, type ReadModel, type RebuildProgress } from '@drawdown/projections';
import type {
  AuditProjectionRequest,
  AuditProjectionResponse,
  ListDeadLettersRequest,
  ListDeadLettersResponse,
  Partition as PartitionMessage,
} from '@drawdown/proto';
import type { CatalogLog } from '../../application/catalog/catalog-log.js';
import type { Input } from '../../application/partition/input.js';
import type { CatalogCommand } from '../../domain/index.js';
import { toApiTimestamp } from './convert/instants.js';
import { bodyHashOf, requestTimeMs, type CommandRequest } from './owner/command-request.js';
import { toApiPartition, type AuditRoute, type StatusRoute } from './owner/operations.js';
import type { OwnerCalls } from './owner/owner-calls.js';
import { decodePageToken, encodePageToken, pageSizeOf, unknownToken } from './paging.js';

/** Bytes of a dead letter that a list shows. */
const SHOWN_BYTES_MAX = 4_096;

/** Operators work over all namespaces, whichever their token names: what one has set aside another one may take back. */
const EVERY_NAMESPACE = '-';

type FoldedStream = 'usage' | 'entitlements';

/** A command about one message. */
type MessageCommand = CommandRequest & { readonly stream: string; readonly sequence: number };

export interface OperationsOptions {
  readonly calls: OwnerCalls;
  readonly host: () => PartitionHost<Input>;
  readonly readModel: () => ReadModel;
  readonly catalog: CatalogLog;
  readonly deadLetters: DeadLetterLog;
  /** A message of a stream; absent: it is not there, or not any more. */
  readonly messageAt: (stream: FoldedStream, sequence: number) => Promise<StoredMessage | undefined>;
  readonly subjects: Subjects;
  readonly incarnation: string;
  readonly auditRoute: AuditRoute;
  readonly statusRoute: StatusRoute;
}

/** The operations API over all replicas (design §5). */
export class Operations {
  constructor(private readonly options: OperationsOptions) {}

  /** Every partition as its owner knows it; one whose owner is silent as this replica does. */
  partitions(context: CallContext): Promise<PartitionMessage[]> {
    const { calls, host, statusRoute } = this.options;
    const here = host().status();
    const one = async (number: number): Promise<PartitionMessage> => {
      const known = toApiPartition(here[number] ?? { partition: number, owner: undefined });
      if (calls.isHere(number) || known.owner === '') return known;
      return calls.callPartition(number, statusRoute, known, context).catch(() => known);
    };
    return Promise.all(Array.from({ length: PARTITIONS }, (_, number) => one(number)));
  }

  rebuild(): AsyncGenerator<RebuildProgress> {
    return rebuildReadModel(this.options.readModel, PARTITIONS);
  }

  audit(request: AuditProjectionRequest, context: CallContext): Promise<AuditProjectionResponse> {
    return this.options.calls.callPartition(request.partition, this.options.auditRoute, request, context);
  }

  async deadLetters(request: ListDeadLettersRequest): Promise<ListDeadLettersResponse> {
    const from = request.pageToken === '' ? 1 : decodePageToken(request.pageToken);
    if (typeof from !== 'number') throw unknownToken();
    const { letters, nextSequence } = await this.options.deadLetters.list(from, pageSizeOf(request));
    return {
      deadLetters: letters.map(({ timeMs, data, ...letter }) => ({
        ...letter,
        time: toApiTimestamp(timeMs),
        data: Buffer.from(data.subarray(0, SHOWN_BYTES_MAX)),
      })),
      nextPageToken: nextSequence === undefined ? '' : encodePageToken(nextSequence),
    };
  }

  async replay(sequence: number): Promise<string> {
    const { deadLetters, calls, subjects } = this.options;
    const replayed = await deadLetters.replay(sequence);
    return encodePosition(calls.positions.of(subjects.parse(replayed.subject)?.partition ?? UNPARTITIONED, replayed.sequence, 0));
  }

  /**
   * Sets a message aside, or takes it back; every fold obeys from then on (design §4.10).
   * @throws Refusal `NOT_FOUND` and those of the command's id
   */
  async decide(request: MessageCommand, body: CatalogCommand): Promise<string> {
    const { catalog, incarnation } = this.options;
    await this.#checkMessage(request);
    const address = { namespace: EVERY_NAMESPACE, kind: 'set-aside', key: `${request.stream}-${request.sequence}` } as const;
    const command = { id: request.requestId, createdAtMs: requestTimeMs(request), body, bodyHash: bodyHashOf(request) };
    const { sequence } = await catalog.execute(address, command);
    return encodePosition([{ stream: 'entitlements', incarnation, partition: UNPARTITIONED, sequence }]);
  }

  async #checkMessage({ stream, sequence }: MessageCommand): Promise<void> {
    const message = await this.options.messageAt(stream === 'usage' ? 'usage' : 'entitlements', sequence);
    if (message !== undefined) return;
    throw new Refusal('NOT_FOUND', `the stream has no message ${sequence}`, { kind: 'message', id: `${stream}/${sequence}` });
  }
}
