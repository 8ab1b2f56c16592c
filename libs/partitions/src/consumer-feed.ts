import { Fault } from '@drawdown/errors';
import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { createInbox, nanos, nuid, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { deliveryInfoOf, type DeliveryInfo } from './delivery-info.js';
import type { ReadLimits } from './limits.js';

/** Where a feed begins and what it hands over. */
export interface FeedRequest {
  readonly nats: NatsConnection;
  readonly jetstream: JetStreamManager;
  readonly streamName: string;
  readonly filters: readonly string[];
  readonly fromSequence: number;
  readonly limits: ReadLimits;
  /** Called in stream order, without gaps, until the feed has ended. */
  readonly onMessage: (message: Msg, info: DeliveryInfo) => void;
  /** Called when nothing more comes until the next `pull`. */
  readonly onPullEnded: () => void;
}

/** Status codes of JetStream pulls (its `Status` line, not HTTP). */
const HEARTBEAT = 100;
const PULL_ENDED = new Set([404, 408]);
const CONFLICT = 409;
/** Conflicts that end one pull; every other one (consumer deleted, leadership change, …) ends the feed. */
const PULL_ENDED_CONFLICT = /message size exceeds maxbytes|batch completed/i;
const SILENT_HEARTBEATS_MAX = 2;

/**
 * One life of an ordered consumer (design §3.6): ephemeral, in memory, without acknowledgements. It pulls by hand because the
 * library's consumers bound either messages or bytes, and both must be bounded here; and it never repairs itself: at the first
 * irregularity it ends, and its owner opens another one after the last message that came in order.
 */
export class ConsumerFeed {
  /** Why the feed ended; resolves once, never rejects. */
  readonly ended: Promise<Fault>;
  private resolveEnded: (reason: Fault) => void = () => undefined;
  private subscription: Subscription | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private over = false;
  private consumerSequence = 0;
  /** Messages the open pull may still bring; 0 when none is open. */
  private requested = 0;
  private receivedInPull = 0;
  /** The next message is larger than a whole batch; it gets a pull without a byte bound. */
  private oversized = false;
  private heardAtMs = 0;

  private constructor(
    private readonly request: FeedRequest,
    private readonly consumer: string,
    private readonly inbox: string,
    /** Messages that waited in the stream when the consumer was made. */
    readonly pendingAtOpen: number,
  ) {
    this.ended = new Promise(resolve => {
      this.resolveEnded = resolve;
    });
  }

  /** Creates the consumer; rejects with what the server or the connection answered. */
  static async open(request: FeedRequest): Promise<ConsumerFeed> {
    const name = `partition-${nuid.next()}`;
    const info = await request.jetstream.consumers.add(request.streamName, {
      name,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: request.fromSequence,
      filter_subjects: [...request.filters],
      inactive_threshold: nanos(request.limits.consumerInactiveMs),
      mem_storage: true,
      num_replicas: 1,
    });
    const feed = new ConsumerFeed(request, name, createInbox(), info.num_pending);
    feed.listen();
    return feed;
  }

  /** Asks for one batch, bounded in messages and bytes, unless an earlier pull is still open. */
  pull(): void {
    if (this.over || this.requested > 0) return;
    const { limits, nats, streamName } = this.request;
    const bounds = this.oversized ? { batch: 1 } : { batch: limits.batchMessagesMax, max_bytes: limits.batchBytesMax };
    this.oversized = false;
    this.requested = bounds.batch;
    this.receivedInPull = 0;
    this.heardAtMs = performance.now();
    const body = { ...bounds, expires: nanos(limits.pullExpiresMs), idle_heartbeat: nanos(limits.heartbeatMs) };
    nats.publish(`$JS.API.CONSUMER.MSG.NEXT.${streamName}.${this.consumer}`, JSON.stringify(body), { reply: this.inbox });
  }

  /** Ends the feed from outside and lets the server forget the consumer. */
  end(reason: Fault): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.watchdog);
    this.subscription?.unsubscribe();
    if (!this.request.nats.isClosed()) {
      // Only a courtesy: the server also forgets it after its inactivity threshold.
      this.request.jetstream.consumers.delete(this.request.streamName, this.consumer).catch(() => undefined);
    }
    this.resolveEnded(reason);
  }

  private listen(): void {
    const { nats, limits } = this.request;
    this.subscription = nats.subscribe(this.inbox, {
      callback: (error, message) => {
        if (error !== null) this.end(lost(`the subscription failed: ${error.message}`));
        else this.receive(message);
      },
    });
    this.watchdog = setInterval(() => {
      const silentMs = performance.now() - this.heardAtMs;
      if (this.requested > 0 && silentMs > limits.heartbeatMs * SILENT_HEARTBEATS_MAX) this.end(lost('no heartbeats'));
    }, limits.heartbeatMs);
  }

  private receive(message: Msg): void {
    if (this.over) return;
    this.heardAtMs = performance.now();
    const info = deliveryInfoOf(message.reply);
    if (info === undefined) {
      this.receiveStatus(message);
      return;
    }
    if (info.consumerSequence !== this.consumerSequence + 1) {
      this.end(lost(`delivery ${info.consumerSequence} after ${this.consumerSequence}`));
      return;
    }
    this.consumerSequence = info.consumerSequence;
    this.requested -= 1;
    this.receivedInPull += 1;
    this.request.onMessage(message, info);
    if (this.requested === 0) this.request.onPullEnded();
  }

  private receiveStatus(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const description = message.headers?.description ?? '';
    if (code === HEARTBEAT) return;
    if (PULL_ENDED.has(code)) {
      this.endPull(false);
    } else if (code === CONFLICT && PULL_ENDED_CONFLICT.test(description)) {
      this.endPull(/maxbytes/i.test(description));
    } else {
      this.end(lost(`the server answered ${code} ${description}`));
    }
  }

  private endPull(full: boolean): void {
    if (this.requested === 0) return;
    this.oversized = full && this.receivedInPull === 0;
    this.requested = 0;
    this.request.onPullEnded();
  }
}

const lost = (detail: string): Fault => new Fault('CONSUMER_LOST', `The consumer of the partition is lost: ${detail}`);
