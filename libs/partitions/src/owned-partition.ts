import { Fault, isFault, isRefusal } from '@drawdown/errors';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { backoffMs, pause } from './backoff.js';
import type { HeldLease } from './held-lease.js';
import type { ReadLimits, HostLimits } from './limits.js';
import type { PartitionObserver } from './observer.js';
import { decodeRequestHeaders, ownerSubject, respond, type OwnerReply } from './owner-call.js';
import type { OwnerRequest, PartitionProcessor } from './ports.js';
import type { PartitionReader, ReaderStatus } from './reader.js';

export interface OwnedPartitionOptions<D> {
  readonly nats: NatsConnection;
  readonly prefix: string;
  readonly context: string;
  readonly lease: HeldLease;
  readonly processor: PartitionProcessor<D>;
  readonly reader: PartitionReader<D>;
  readonly readLimits: ReadLimits;
  readonly hostLimits: HostLimits;
  readonly observer: PartitionObserver;
  readonly random: () => number;
}

/** One partition from the creation of its lease to its end: open, read and serve; then stop reading, finish, stop serving, close. */
export class OwnedPartition<D> {
  private readonly stopping = new AbortController();
  private serving = 0;
  /** Called when no request is in hand any more. */
  private served: (() => void) | undefined;
  private subscription: Subscription | undefined;
  private isOpen = false;
  private ending: Promise<void> | undefined;
  private readonly opening: Promise<void>;

  constructor(private readonly options: OwnedPartitionOptions<D>) {
    this.opening = this.open();
  }

  get lease(): HeldLease {
    return this.options.lease;
  }

  /** Whether requests are answered here now. */
  get isServing(): boolean {
    return this.isOpen && !this.stopping.signal.aborted && this.lease.isHeld();
  }

  status(): ReaderStatus & { readonly isOpen: boolean } {
    return { ...this.options.reader.status(), isOpen: this.isOpen };
  }

  get reader(): PartitionReader<D> {
    return this.options.reader;
  }

  /** Answers in this process, or says that it must not. */
  async serve(request: OwnerRequest): Promise<Uint8Array> {
    if (!this.isServing) throw new NotServing();
    if (this.serving >= this.options.hostLimits.requestsPerPartitionMax) {
      throw new Fault('OWNER_BUSY', 'The owner of the partition has too many requests in hand');
    }
    this.serving += 1;
    try {
      return await this.options.processor.serve(request);
    } finally {
      this.serving -= 1;
      if (this.serving === 0) this.served?.();
    }
  }

  /** The order of design §3.9's giving up; the caller deletes the lease afterwards. Idempotent. */
  end(): Promise<void> {
    this.ending ??= this.close();
    return this.ending;
  }

  private async close(): Promise<void> {
    this.stopping.abort();
    await this.opening;
    // Stops reading and waits for the batch in hand, which is durable when its `apply` resolves.
    await this.options.reader.stop();
    this.subscription?.unsubscribe();
    await this.requestsAnswered();
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      await this.options.processor.close();
    } catch (error) {
      this.options.observer.troubled?.(`close ${this.lease.partition}`, error);
    }
  }

  private requestsAnswered(): Promise<void> {
    if (this.serving === 0) return Promise.resolve();
    return new Promise(resolve => (this.served = resolve));
  }

  private async open(): Promise<void> {
    const { processor, reader, readLimits, observer, random } = this.options;
    for (let attempt = 0; !this.stopping.signal.aborted && this.lease.isHeld(); attempt += 1) {
      try {
        const watermarks = await processor.open();
        this.isOpen = true;
        if (this.stopping.signal.aborted) return;
        await reader.start(watermarks);
        this.listen();
        return;
      } catch (error) {
        observer.troubled?.(`open ${this.lease.partition}`, error);
        await pause(backoffMs(attempt, readLimits, random), this.stopping.signal);
      }
    }
  }

  private listen(): void {
    const { nats, prefix, context } = this.options;
    this.subscription = nats.subscribe(ownerSubject(prefix, context, this.lease), {
      callback: (error, message) => {
        if (error !== null) {
          this.options.observer.troubled?.(`requests ${this.lease.partition}`, error);
          return;
        }
        void this.answer(message);
      },
    });
  }

  private async answer(message: Msg): Promise<void> {
    const { observer, hostLimits } = this.options;
    const { headers, timeoutMs } = decodeRequestHeaders(message, hostLimits.requestMsDefault);
    const reply = await this.serve({ data: message.data, headers, timeoutMs }).then(
      (data): OwnerReply => ({ kind: 'answer', data }),
      (failure: unknown) => this.toReply(failure),
    );
    try {
      respond(message, reply);
    } catch (error) {
      // Larger than a message may be, or the connection is gone: the caller learns it now or at its deadline.
      observer.troubled?.(`answer ${this.lease.partition}`, error);
      const fault = new Fault('OWNER_ANSWER_NOT_SENT', 'The owner could not send its answer');
      if (!this.options.nats.isClosed()) respond(message, { kind: 'error', error: fault });
    }
  }

  private toReply(failure: unknown): OwnerReply {
    if (failure instanceof NotServing) return { kind: 'not-owner' };
    if (!isRefusal(failure) && !isFault(failure)) this.options.observer.troubled?.(`serve ${this.lease.partition}`, failure);
    return { kind: 'error', error: failure instanceof Error ? failure : new Error(String(failure)) };
  }
}

/** Nothing was done: the caller may ask the next owner. */
export class NotServing extends Fault {
  constructor() {
    super('OWNER_UNAVAILABLE', 'This replica does not own the partition any more');
  }
}
