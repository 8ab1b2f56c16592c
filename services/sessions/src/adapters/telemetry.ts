import type { PartitionHost, PartitionObserver } from '@drawdown/partitions';
import { Attributes, counter, durationHistogram, gauge, Metrics, type JsonLogger } from '@drawdown/telemetry';
import type { HandOverObserver } from '../application/hand-over/hand-over.js';
import type { IngestObserver } from '../application/ingest/ports.js';
import type { SourceMessage } from '../application/ingest/source-message.js';

const SECOND_MS = 1_000;

/** Counts what becomes of hits, by property (D21). */
export const ingestObserver = (): IngestObserver => {
  const hits = counter(Metrics.hits, 'Hits by what became of them');
  const calls = durationHistogram(Metrics.ingestDuration, 'One call that takes hits to the store');
  const merges = counter(Metrics.merges, 'Proto-sessions that were joined');
  return {
    onHit: (outcome, namespace, propertyId) =>
      hits.add(1, { [Attributes.outcome]: outcome, [Attributes.namespace]: namespace, [Attributes.property]: propertyId }),
    onCall: (_hits, elapsedMs) => calls.record(elapsedMs / SECOND_MS),
    onMerges: count => merges.add(count),
  };
};

/** Counts what closes, and tells of what does not. */
export const handOverObserver = (logger: JsonLogger): HandOverObserver => {
  const sessions = counter(Metrics.sessions, 'Sessions by what became of them');
  const durations = durationHistogram(Metrics.handOverDuration, 'Handing one closed proto-session over');
  const retries = counter(Metrics.handOverRetries, 'Hand-overs that failed and are tried again');
  const worthless = counter(Metrics.usageWithoutCustomer, 'Sessions that a usage rule found no customer for');
  return {
    onClosed: (closed, elapsedMs) => {
      durations.record(elapsedMs / SECOND_MS);
      for (const { header } of closed) {
        const { kind, namespace, propertyId } = header;
        sessions.add(1, { [Attributes.outcome]: kind, [Attributes.namespace]: namespace, [Attributes.property]: propertyId });
      }
    },
    onNoCustomer: ({ namespace, propertyId }, rules) =>
      worthless.add(rules, { [Attributes.namespace]: namespace, [Attributes.property]: propertyId }),
    onRetry: (closeId, attempts, error) => {
      retries.add(1);
      logger.warn('a hand-over failed and is tried again', { closeId, attempts, err: error });
    },
    onParked: (closeId, error) => {
      sessions.add(1, { [Attributes.outcome]: 'parked' });
      logger.error('a proto-session was parked', { closeId, err: error });
    },
  };
};

/** Tells metrics and logs what the partitions do; a partition that waits is an alarm. */
export const partitionObserver = (logger: JsonLogger): PartitionObserver => {
  const applied = durationHistogram(Metrics.flushDuration, 'Applying one batch of one partition and storing its effect');
  const deadLetters = counter(Metrics.deadLetters, 'Messages that could not be read');
  return {
    applied: (_partition, { stream, elapsedMs }) => applied.record(elapsedMs / SECOND_MS, { [Attributes.stream]: stream }),
    deadLettered: (partition, stream, sequence, reason) => {
      deadLetters.add(1, { [Attributes.stream]: stream, [Attributes.reason]: reason });
      logger.warn('a message was dead-lettered', { partition, stream, sequence, reason });
    },
    waiting: (partition, message) => logger.error('a partition waits', { partition, ...message }),
    resumed: partition => logger.log('a partition goes on', { partition }),
    consumerLost: (partition, stream, reason) => logger.warn('a consumer was lost', { partition, stream, err: reason }),
    ownership: (partition, change, epoch) => logger.debug(`a partition was ${change}`, { partition, epoch }),
    troubled: (where, error) => logger.error('trouble', { where, err: error }),
  };
};

/** How far behind the partitions of this replica are. */
export const watchPartitions = (host: () => PartitionHost<SourceMessage>): void => {
  gauge(Metrics.partitionLag, 'Messages whose effect is not stored yet', () =>
    host()
      .status()
      .flatMap(({ partition, inputs = [] }) =>
        inputs.map(({ stream, lag }) => ({
          value: lag ?? 0,
          attributes: { [Attributes.partition]: partition, [Attributes.stream]: stream },
        })),
      ),
  );
  gauge(Metrics.partitionWaiting, 'Partitions that wait for a fault to end', () => [
    {
      value: host()
        .status()
        .filter(({ waiting }) => waiting !== undefined).length,
      attributes: {},
    },
  ]);
};
