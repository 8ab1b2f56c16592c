import type { EventLog, ServerClock, SubjectReader, Subjects } from '@drawdown/eventlog';
import type { PartitionInput } from '@drawdown/partitions';
import type { SegmentCache } from '@drawdown/projections';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Catalog } from '../../application/catalog/catalog.js';
import type { UsageObserver } from '../../application/usage/usage-observer.js';
import type { CustomerEvent } from '../../domain/index.js';
import type { AnnouncedPositions } from '../jetstream/announced-positions.js';

/** What every partition of this replica shares. */
export interface Platform {
  readonly nats: NatsConnection;
  readonly prefix: string;
  readonly subjects: Subjects;
  readonly clock: ServerClock;
  readonly ledger: EventLog<CustomerEvent>;
  readonly usageReader: SubjectReader;
  readonly catalog: Catalog;
  readonly announced: AnnouncedPositions;
  readonly segmentCache: SegmentCache;
  readonly observer: UsageObserver;
}

/** The name of the service in leases, owner subjects and dead letters. */
export const CONTEXT = 'entitlements';

/** A customer's usage and its ledger lie in the same partition of their streams (design §4.2). */
export const inputsOf = (subjects: Subjects): readonly PartitionInput[] => [
  { stream: 'usage', filters: partition => subjects.filters('usage', partition) },
  { stream: 'entitlements', filters: partition => subjects.filters('entitlements', partition) },
];
