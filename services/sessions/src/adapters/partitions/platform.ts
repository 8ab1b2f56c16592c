import type { ServerClock, Subjects } from '@drawdown/eventlog';
import { DEFAULT_READ_LIMITS, type PartitionInput, type ReadLimits } from '@drawdown/partitions';
import type { NatsConnection } from '@nats-io/transport-node';

/** The name of the service in leases, owner subjects and dead letters. */
export const CONTEXT = 'sessions';

/** Hits of a source: single messages and envelopes, in stream order (sessions §12.5). */
export const hitsInput = (subjects: Subjects): PartitionInput => ({
  stream: 'hits',
  filters: partition => subjects.filters('hits', partition),
});

/** Batches and retries of sources as sessions §12.5 wants them. */
export const SOURCE_READ_LIMITS: ReadLimits = {
  ...DEFAULT_READ_LIMITS,
  batchMessagesMax: 500,
  retryMinMs: 1_000,
  retryMaxMs: 60_000,
};

/** The log as every partition of this replica uses it. */
export interface Log {
  readonly nats: NatsConnection;
  readonly subjects: Subjects;
  readonly clock: ServerClock;
}
