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
  readonly ledgerReader: SubjectReader;
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

/** How far the two streams of a partition have come, as their leaders say; 0: nothing. */
export const endOfStreams = async (
  platform: Platform,
  partition: number,
): Promise<{ readonly usage: number; readonly entitlements: number }> => {
  const { subjects, usageReader, ledgerReader } = platform;
  const lastOf = async (reader: SubjectReader, filters: readonly string[]): Promise<number> =>
    Math.max(...(await Promise.all(filters.map(filter => reader.lastSequence(filter)))));
  const [usage, entitlements] = await Promise.all([
    lastOf(usageReader, subjects.filters('usage', partition)),
    lastOf(ledgerReader, subjects.filters('entitlements', partition)),
  ]);
  return { usage, entitlements };
};
