import type { Scope } from '../../domain/index.js';
import type { ProbeStatus } from '../probe/ports.js';
import type { CommandIdentity, CommandPlace } from '../commands/ports.js';

export interface StreamProgressStatus {
  readonly stream: string;
  readonly watermark: number;
  readonly lagMessages: number;
}

export interface WheelReport {
  readonly lane: string;
  readonly scope: Scope;
  /** Smallest of its sources; null before each has reported. */
  readonly watermarkMs: number | null;
  readonly nextBucket: number | null;
  readonly lagMs: number;
  readonly oldestOpenMs: number | null;
  readonly buckets: number;
  readonly catchUpMs: number;
}

export interface PartitionReport {
  readonly partition: number;
  readonly owner: { readonly replica: string; readonly epoch: number } | undefined;
  readonly streams: readonly StreamProgressStatus[];
  readonly waiting: { readonly stream: string; readonly sequence: number; readonly reason: string; readonly sinceMs: number } | undefined;
  readonly wheels: readonly WheelReport[];
  readonly queueLength: number;
  /** As its owner knows it; undefined between two owners. */
  readonly probe: ProbeStatus | undefined;
  readonly state: 'whole' | 'rebuilding' | 'unknown';
}

export interface OverdueThing {
  readonly partition: number;
  readonly lane: string;
  readonly kind: 'bucket' | 'close';
  /** Bucket number or close id. */
  readonly id: string;
  readonly sinceMs: number;
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

/** A message of one of the streams that are folded. */
export interface FoldedMessage {
  readonly stream: 'hits' | 'sessions';
  readonly sequence: number;
}

/** What operators do over all replicas (design §5). */
export interface SessionOperations {
  partitions(signal: AbortSignal): Promise<readonly PartitionReport[]>;
  /** Due for longer than this, oldest first. */
  overdue(longerThanMs: number, limit: number, signal: AbortSignal): Promise<readonly OverdueThing[]>;
  checkDue(partition: number, signal: AbortSignal): Promise<{ readonly begun: number; readonly handedOver: number }>;
  audit(partition: number, signal: AbortSignal): Promise<AuditReport>;
  repair(partition: number, signal: AbortSignal): Promise<number>;
  rebuild(): AsyncIterable<RebuildStep>;
  /** Recorded on DRAWDOWN_PROPERTIES, which every replica reads whole. @throws Refusal `NOT_FOUND` */
  setAside(message: FoldedMessage, reason: string, command: CommandIdentity): Promise<CommandPlace>;
  /** Of a message that is not set aside nothing changes. */
  takeBack(message: FoldedMessage, command: CommandIdentity): Promise<CommandPlace>;
  /** Puts a parked session back (sessions D7). @throws Refusal `NOT_FOUND`, `SESSION_UNREADABLE` */
  repairSession(parked: ParkedSession, command: CommandIdentity, signal: AbortSignal): Promise<CommandPlace>;
}

/** Which parked session is meant, and whether it may come back without what cannot be read of it. */
export interface ParkedSession {
  readonly namespace: string;
  readonly propertyId: string;
  readonly closeId: string;
  readonly dropUnreadable: boolean;
}
