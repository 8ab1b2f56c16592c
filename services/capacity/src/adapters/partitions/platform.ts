import type { ServerClock, SubjectReader, Subjects } from '@drawdown/eventlog';
import type { PartitionInput } from '@drawdown/partitions';
import type { SegmentCache } from '@drawdown/projections';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logs } from '../../application/aggregates/aggregates.js';
import type { OwnerObserver } from '../../application/partition/observer.js';

/** What every partition of this replica shares. */
export interface Platform {
  readonly nats: NatsConnection;
  readonly prefix: string;
  readonly subjects: Subjects;
  readonly clock: ServerClock;
  readonly logs: Logs;
  readonly reader: SubjectReader;
  readonly segmentCache: SegmentCache;
  /** How long a command id is recognised (capacity §13.2). */
  readonly commandWindowMs: number;
  readonly isSetAside: (stream: string, sequence: number) => boolean;
  readonly observer: OwnerObserver;
}

/** The name of the service in leases, owner subjects and dead letters. */
export const CONTEXT = 'capacity';

export const inputsOf = (subjects: Subjects): readonly PartitionInput[] => [
  { stream: 'capacity', filters: partition => subjects.filters('capacity', partition) },
];

/** Last message of a partition, as the stream's leader says; 0: none. */
export const endOfStream = async ({ subjects, reader }: Platform, partition: number): Promise<number> =>
  Math.max(...(await Promise.all(subjects.filters('capacity', partition).map(filter => reader.lastSequence(filter)))));
