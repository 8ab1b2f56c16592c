import { Refusal } from '@drawdown/errors';
import { encodePosition, PARTITIONS, type Subjects } from '@drawdown/eventlog';
import type { DeadLetterLog, DeadLetterPage } from '@drawdown/partitions';
import { rebuildReadModel } from '@drawdown/projections';
import type { CallLimits } from '../application/calls.js';
import type {
  AuditReport,
  CapacityOperations,
  CommandIdentity,
  DueTarget,
  OverduePool,
  PartitionReport,
  RebuildStep,
} from '../application/operations/ports.js';
import { OPERATIONS_KIND, SET_ASIDE_KEY, type SetAsideLog } from '../application/operations/set-aside.js';
import type { CapacityQueries } from '../application/queries/ports.js';
import type { Seconds, SetAsideCommand } from '../domain/index.js';
import { addressOf } from '../application/partition/recorded.js';
import type { OwnerCalls } from './partitions/owner-calls.js';
import type { Partitions } from './partitions/partitions.js';

/** Differences of an audit that are told; their number is told in full. */
const DIFFERENCES_TOLD_MAX = 100;

export interface OperationsOptions {
  readonly calls: OwnerCalls;
  readonly partitions: Partitions;
  readonly queries: CapacityQueries;
  readonly subjects: Subjects;
  /** Of the capacity stream. */
  readonly incarnation: string;
  readonly deadLetters: DeadLetterLog;
  readonly setAside: SetAsideLog;
  readonly messageExists: (sequence: number) => Promise<boolean>;
  readonly nowSeconds: () => Seconds;
}

/** The operations API over all replicas (design §5). */
export class Operations implements CapacityOperations {
  constructor(private readonly options: OperationsOptions) {}

  /** Every partition as its owner knows it; of one whose owner is silent nothing but who that is. */
  partitions(limits: CallLimits): Promise<readonly PartitionReport[]> {
    const { calls, partitions } = this.options;
    const one = async (partition: number): Promise<PartitionReport> => {
      const owner = partitions.host.owner(partition);
      const known = { partition, owner: owner && { replica: owner.replica, epoch: owner.epoch } };
      const report = await calls.work(partition, { type: 'report' }, limits).catch(() => SILENT);
      return { ...known, ...report };
    };
    return Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => one(partition)));
  }

  overdue(longerThanSeconds: number, limit: number): Promise<readonly OverduePool[]> {
    const { queries, nowSeconds } = this.options;
    return queries.overdue(nowSeconds() - longerThanSeconds, limit);
  }

  async checkDue(target: DueTarget, limits: CallLimits): Promise<{ readonly pools: number; readonly events: number }> {
    const { calls, subjects } = this.options;
    if ('partition' in target) {
      const { checked, events } = await calls.work(target.partition, { type: 'check-due' }, limits);
      return { pools: checked, events };
    }
    const { namespace, poolId } = target;
    await calls.ask('pool/get', namespace, poolId, {}, { minPosition: '', remainingMs: () => limits.remainingMs() });
    const partition = subjects.parse(addressOf(subjects, 'pool', poolId).subject)?.partition ?? 0;
    const { checked, events } = await calls.work(partition, { type: 'check-pool', poolId }, limits);
    return { pools: checked, events };
  }

  async audit(partition: number, limits: CallLimits): Promise<AuditReport> {
    const { documents, differences } = await this.options.calls.work(partition, { type: 'audit' }, limits);
    return { documents, differenceCount: differences.length, differences: differences.slice(0, DIFFERENCES_TOLD_MAX) };
  }

  repair(partition: number, limits: CallLimits): Promise<number> {
    return this.options.calls.work(partition, { type: 'repair' }, limits);
  }

  rebuild(): AsyncIterable<RebuildStep> {
    return rebuildReadModel(() => this.options.partitions.readModel, PARTITIONS);
  }

  deadLetters(from: number, limit: number): Promise<DeadLetterPage> {
    return this.options.deadLetters.list(from, limit);
  }

  async replay(sequence: number): Promise<string> {
    const replayed = await this.options.deadLetters.replay(sequence);
    return this.#positionOf(replayed.subject, replayed.sequence);
  }

  async setAside(sequence: number, reason: string, command: CommandIdentity): Promise<string> {
    if (!(await this.options.messageExists(sequence))) {
      throw new Refusal('NOT_FOUND', `there is no message ${sequence}`, { kind: 'message', id: String(sequence) });
    }
    return this.#record({ type: 'set-aside', sequence, reason }, command);
  }

  takeBack(sequence: number, command: CommandIdentity): Promise<string> {
    return this.#record({ type: 'take-back', sequence }, command);
  }

  async #record(body: SetAsideCommand, command: CommandIdentity): Promise<string> {
    const { setAside, subjects } = this.options;
    return this.#positionOf(subjects.capacity(OPERATIONS_KIND, SET_ASIDE_KEY), await setAside.execute(body, command));
  }

  #positionOf(subject: string, sequence: number): string {
    const { subjects, incarnation } = this.options;
    const partition = subjects.parse(subject)?.partition;
    // Of a command that changed nothing in a stream without any such message there is nothing to wait for.
    if (partition === undefined || sequence === 0) return '';
    return encodePosition([{ stream: 'capacity', incarnation, partition, sequence }]);
  }
}

const SILENT: Omit<PartitionReport, 'partition' | 'owner'> = { streams: [], waiting: undefined, overduePools: 0, openEffects: 0 };
