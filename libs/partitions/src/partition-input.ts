import type { StoredMessage, StreamKey } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { backoffMs, pause } from './backoff.js';
import { ConsumerFeed } from './consumer-feed.js';
import { DeliveredMessage, type DeliveryInfo } from './delivery-info.js';
import type { ReadLimits } from './limits.js';

/** Which messages an input reads, and whom it tells about them. */
export interface InputRequest {
  readonly nats: NatsConnection;
  readonly jetstream: JetStreamManager;
  readonly stream: StreamKey;
  readonly streamName: string;
  readonly filters: readonly string[];
  readonly limits: ReadLimits;
  readonly random: () => number;
  readonly onArrival: () => void;
  readonly onLost: (reason: Error) => void;
}

/**
 * One input of one partition: a buffer kept filled by one consumer after another. It holds at most what one pull brings, and one more
 * such batch is in the hands of whoever took it. What lies in it came without a gap, so a lost consumer is replaced by one that
 * begins after the last message received.
 */
export class PartitionInputBuffer {
  private buffer: StoredMessage[] = [];
  private receivedSequence = 0;
  private pendingAtServer: number | undefined;
  private feed: ConsumerFeed | undefined;
  private keeping: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly request: InputRequest) {}

  start(afterSequence: number): void {
    this.receivedSequence = afterSequence;
    this.keeping = this.keepFed();
  }

  /** Nothing arrives after this resolves; what was buffered is dropped. */
  async stop(reason: Fault): Promise<void> {
    this.stopping.abort();
    this.feed?.end(reason);
    await this.keeping;
    this.buffer = [];
  }

  /** The connection was interrupted: deliveries may be missing, and the server has forgotten the open pull. */
  interrupt(reason: Fault): void {
    this.feed?.end(reason);
  }

  get isEmpty(): boolean {
    return this.buffer.length === 0;
  }

  /** Messages not taken yet, in the buffer and at the server; undefined until the server was heard. */
  get behind(): number | undefined {
    return this.pendingAtServer === undefined ? undefined : this.pendingAtServer + this.buffer.length;
  }

  /** Everything that has arrived, oldest first; the next messages are fetched while the caller works on these. */
  take(): readonly StoredMessage[] {
    const taken = this.buffer;
    this.buffer = [];
    this.feed?.pull();
    return taken;
  }

  private async keepFed(): Promise<void> {
    const { signal } = this.stopping;
    let attempt = 0;
    while (!signal.aborted) {
      try {
        const receivedBefore = this.receivedSequence;
        const reason = await this.feedUntilLost();
        if (signal.aborted) return;
        this.request.onLost(reason);
        if (this.receivedSequence > receivedBefore) attempt = 0;
      } catch (error) {
        this.request.onLost(error instanceof Error ? error : new Error(String(error)));
      }
      await pause(backoffMs(attempt, this.request.limits, this.request.random), signal);
      attempt += 1;
    }
  }

  private async feedUntilLost(): Promise<Fault> {
    const { nats, jetstream, streamName, filters, limits } = this.request;
    const feed = await ConsumerFeed.open({
      nats,
      jetstream,
      streamName,
      filters,
      limits,
      fromSequence: this.receivedSequence + 1,
      onMessage: (message, info) => this.receive(message, info),
      onPullEnded: () => (this.isEmpty ? this.feed?.pull() : undefined),
    });
    this.feed = feed;
    this.pendingAtServer = feed.pendingAtOpen;
    this.request.onArrival();
    if (this.stopping.signal.aborted) feed.end(new Fault('PARTITION_STOPPED', 'The partition is no longer read'));
    if (this.isEmpty) feed.pull();
    return feed.ended;
  }

  private receive(message: Msg, info: DeliveryInfo): void {
    this.buffer.push(new DeliveredMessage(this.request.stream, message, info));
    this.receivedSequence = info.streamSequence;
    this.pendingAtServer = info.pending;
    this.request.onArrival();
  }
}
