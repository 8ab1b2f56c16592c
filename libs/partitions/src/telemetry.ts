import { Attributes, counter, durationHistogram, gauge, Metrics, type JsonLogger } from '@drawdown/telemetry';
import type { PartitionHost } from './host.js';
import type { PartitionObserver } from './observer.js';

const SECOND_MS = 1_000;

/** Tells metrics and logs what the partitions do; a partition that waits is an alarm. */
export const partitionObserver = (logger: JsonLogger): PartitionObserver => {
  const flushes = durationHistogram(Metrics.flushDuration, 'Applying one batch of one partition and storing its effect');
  const deadLetters = counter(Metrics.deadLetters, 'Messages that could not be read');
  return {
    applied: (_partition, { stream, elapsedMs }) => flushes.record(elapsedMs / SECOND_MS, { [Attributes.stream]: stream }),
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
export const watchPartitions = (host: () => Pick<PartitionHost<unknown>, 'status'>): void => {
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
