import type { Lease, ReaderStatus } from '@drawdown/partitions';
import { PartitionReader } from '@drawdown/partitions';
import { UsageFeed, type PublishUsage, type UsageFeedObserver } from '../../application/usage-feed/usage-feed.js';
import type { SessionLogEntry } from '../../application/views/session-log.js';
import { decodeSessionMessage } from './session-decode.js';
import { CONTEXT, chunkAt, loggedEntry, type SessionLogAccess } from './session-log-access.js';
import type { SessionUsagePositions } from './session-usage-positions.js';

export interface SessionUsageFeedOptions extends SessionLogAccess {
  readonly lease: Lease;
  readonly publish: PublishUsage;
  readonly positions: SessionUsagePositions;
  readonly feedObserver?: UsageFeedObserver;
  /** @default 1 s */
  readonly noteEveryMs?: number;
}

/** Feeds usage of one owned partition's sessions to entitlements, with a reader of its own from the position in the registry. */
export class SessionUsageFeed {
  private constructor(
    private readonly options: SessionUsageFeedOptions,
    private readonly feed: UsageFeed,
    private readonly reader: PartitionReader<SessionLogEntry | undefined>,
  ) {}

  static async start(options: SessionUsageFeedOptions): Promise<SessionUsageFeed> {
    const { nats, prefix, subjects, lease, isSetAside, observer, limits, positions, publish, feedObserver, noteEveryMs } = options;
    const start = await positions.read(lease.partition);
    const feed = new UsageFeed({
      publish,
      position: { start, write: sequence => positions.write(lease.partition, sequence) },
      readAgain: sequence => chunkAt(options, sequence),
      monotonicMs: () => performance.now(),
      ...(feedObserver === undefined ? {} : { observer: feedObserver }),
      ...(noteEveryMs === undefined ? {} : { noteEveryMs }),
    });
    const reader = new PartitionReader<SessionLogEntry | undefined>({
      nats,
      prefix,
      service: CONTEXT,
      partition: lease.partition,
      inputs: [{ stream: 'sessions', filters: partition => subjects.filters('sessions', partition) }],
      isSetAside,
      isHeld: () => lease.isHeld(),
      ...(observer === undefined ? {} : { observer }),
      ...(limits === undefined ? {} : { limits }),
      processor: {
        // The read model's reader copies dead letters.
        decode: message => {
          const decoded = decodeSessionMessage(subjects, message);
          return { ok: true, value: decoded.ok ? decoded.value : undefined };
        },
        apply: batch => feed.apply(batch.map(loggedEntry)),
      },
    });
    await reader.start({ sessions: start });
    return new SessionUsageFeed(options, feed, reader);
  }

  /** Resolves when the usage of everything up to this message is stored. */
  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    return this.reader.reached('sessions', sequence, signal);
  }

  status(): ReaderStatus {
    return this.reader.status();
  }

  connectionInterrupted(): void {
    this.reader.connectionInterrupted();
  }

  /** Ends reading and notes how far it came; after the lease was lost nothing is noted, the next owner has its own position. */
  async stop(): Promise<void> {
    await this.reader.stop();
    const { lease, observer } = this.options;
    if (!lease.isHeld()) return;
    await this.feed.note().catch((error: unknown) => observer?.troubled?.('noting the position of usage', error));
  }
}
