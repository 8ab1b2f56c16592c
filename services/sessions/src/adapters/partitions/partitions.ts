import { leaseTimesOf, PartitionHost, untilOpen, type Lease, type OwnerRequest, type PartitionObserver } from '@drawdown/partitions';
import type { SourceMessage } from '../../application/ingest/source-message.js';
import { CONTEXT, hitsInput, SOURCE_READ_LIMITS, type Log } from './platform.js';
import type { SessionsPartition } from './sessions-partition.js';

export interface PartitionsOptions {
  readonly log: Log;
  readonly replica: string;
  readonly leaseTtlMs: number;
  readonly observer: PartitionObserver;
  /** Whether an operator's event says to pass over a message (design §4.10). */
  readonly isSetAside: (stream: string, sequence: number) => boolean;
  readonly partitionFor: (lease: Lease) => SessionsPartition;
}

/** This replica's share of the partitions. */
export class Partitions {
  readonly host: PartitionHost<SourceMessage>;
  readonly #open = new Map<number, SessionsPartition>();

  constructor(options: PartitionsOptions) {
    const { log, replica, leaseTtlMs, observer, isSetAside, partitionFor } = options;
    this.host = new PartitionHost<SourceMessage>({
      nats: log.nats,
      prefix: log.subjects.prefix,
      context: CONTEXT,
      replica,
      inputs: [hitsInput(log.subjects)],
      processorFor: (partition, lease) => {
        const opened = partitionFor(lease);
        this.#open.set(partition, opened);
        return opened;
      },
      isSetAside,
      clock: log.clock,
      leaseTimes: leaseTimesOf(leaseTtlMs),
      readLimits: SOURCE_READ_LIMITS,
      observer,
    });
  }

  /** Begins to take partitions; resolves when those that nobody else holds are open here. */
  async start(): Promise<void> {
    await this.host.start();
    await untilOpen(this.host);
  }

  /** The partition as it is worked here, if it is. */
  owned(partition: number): SessionsPartition | undefined {
    return this.host.owns(partition) ? this.#open.get(partition) : undefined;
  }

  /** Asks the owner of a partition, wherever it is. */
  request(partition: number, request: Pick<OwnerRequest, 'data' | 'timeoutMs'>): Promise<Uint8Array> {
    return this.host.request(partition, request.data, { timeoutMs: request.timeoutMs });
  }

  drain(): Promise<void> {
    return this.host.drain();
  }
}
