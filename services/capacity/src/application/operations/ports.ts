import type { Seconds } from '../../domain/index.js';
import type { CallLimits } from '../calls.js';
import type { Instruction } from '../flows/instruction.js';

/** Who a command is, whatever it says. */
export type CommandIdentity = Pick<Instruction, 'id' | 'createdAtMs' | 'bodyHash'>;

export interface StreamProgressStatus {
  readonly stream: string;
  readonly watermark: number;
  readonly lagMessages: number;
}

export interface PartitionReport {
  readonly partition: number;
  readonly owner: { readonly replica: string; readonly epoch: number } | undefined;
  readonly streams: readonly StreamProgressStatus[];
  readonly waiting: { readonly stream: string; readonly sequence: number; readonly reason: string; readonly sinceMs: number } | undefined;
  /** Pools with something due by now. */
  readonly overduePools: number;
  /** Commands that follow from what was recorded and are not answered yet. */
  readonly openEffects: number;
}

export interface OverduePool {
  readonly namespace: string;
  readonly poolId: number;
  readonly partition: number;
  readonly dueAt: Seconds;
}

export interface Difference {
  readonly collection: string;
  readonly documentId: string;
  readonly field: string;
  readonly stored: string;
  readonly folded: string;
}

export interface AuditReport {
  readonly documents: number;
  readonly differenceCount: number;
  readonly differences: readonly Difference[];
}

export interface RebuildStep {
  readonly generation: string;
  readonly partitionsDone: number;
  readonly done: boolean;
}

export interface DeadLetter {
  /** Sequence in the dead-letter stream. */
  readonly sequence: number;
  readonly reason: string;
  readonly detail: string;
  readonly subject: string;
  readonly stream: string;
  readonly originalSequence: number;
  readonly timeMs: number;
  readonly data: Uint8Array;
}

/** What is to be looked at: all of a partition, or one pool of any namespace. */
export type DueTarget = { readonly partition: number } | { readonly namespace: string; readonly poolId: number };

/** What operators and reconcilers do over all replicas (design §5). */
export interface CapacityOperations {
  partitions(limits: CallLimits): Promise<readonly PartitionReport[]>;
  /** Due for longer than this, by (due, pool id). */
  overdue(longerThanSeconds: number, limit: number): Promise<readonly OverduePool[]>;
  /** The timer's own command for everything that is due. @throws Refusal `POOL_NOT_FOUND` */
  checkDue(target: DueTarget, limits: CallLimits): Promise<{ readonly pools: number; readonly events: number }>;
  audit(partition: number, limits: CallLimits): Promise<AuditReport>;
  /** @returns documents written or removed */
  repair(partition: number, limits: CallLimits): Promise<number>;
  rebuild(): AsyncIterable<RebuildStep>;
  deadLetters(from: number, limit: number): Promise<{ readonly letters: readonly DeadLetter[]; readonly nextSequence: number | undefined }>;
  /** @returns position of the new message @throws Refusal `NOT_FOUND` */
  replay(sequence: number): Promise<string>;
  /** @returns position from which on every fold obeys @throws Refusal `NOT_FOUND` */
  setAside(sequence: number, reason: string, command: CommandIdentity): Promise<string>;
  /** Of a message that is not set aside nothing changes. */
  takeBack(sequence: number, command: CommandIdentity): Promise<string>;
}
