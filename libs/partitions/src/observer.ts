import type { StreamKey } from '@drawdown/eventlog';

/** A message that holds its partition, and since when. */
export interface WaitingMessage {
  readonly stream: StreamKey;
  readonly subject: string;
  readonly sequence: number;
  /** The reason of the fault, or `PROCESSOR_FAILED` when our own code broke on this message. */
  readonly reason: string;
  readonly detail: string;
  readonly attempts: number;
  /** Wall clock, milliseconds since the epoch; for people only. */
  readonly sinceMs: number;
}

/** One batch whose effect is durable. */
export interface AppliedBatch {
  readonly stream: StreamKey;
  readonly messages: number;
  readonly lastSequence: number;
  readonly elapsedMs: number;
}

/** What a partition tells metrics, logs and alarms. Every call is optional and must not throw. */
export interface PartitionObserver {
  readonly applied?: (partition: number, batch: AppliedBatch) => void;
  readonly deadLettered?: (partition: number, stream: StreamKey, sequence: number, reason: string) => void;
  /** The alarm: called with every failed attempt, so `attempts` says how urgent it is. */
  readonly waiting?: (partition: number, message: WaitingMessage) => void;
  readonly resumed?: (partition: number) => void;
  /** A consumer was lost and is being replaced. */
  readonly consumerLost?: (partition: number, stream: StreamKey, reason: Error) => void;
  readonly ownership?: (partition: number, change: OwnershipChange, epoch: number) => void;
  /** Something failed beside the partitions' own work: a watch, a renewal, a processor that does not open or close. */
  readonly troubled?: (where: string, error: unknown) => void;
}

export type OwnershipChange = 'acquired' | 'released' | 'lost';
