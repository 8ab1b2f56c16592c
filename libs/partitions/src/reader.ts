import { streamTable, Subjects, type StreamKey } from '@drawdown/eventlog';
import { Fault } from '@drawdown/errors';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Bell } from './bell.js';
import { DeadLetters } from './dead-letters.js';
import { DEFAULT_READ_LIMITS, type ReadLimits } from './limits.js';
import type { PartitionObserver, WaitingMessage } from './observer.js';
import { PartitionInputBuffer } from './partition-input.js';
import type { PartitionInput, PartitionProcessor, Watermarks } from './ports.js';
import { Settlement } from './settle.js';

export interface PartitionReaderOptions<D> {
  readonly nats: NatsConnection;
  /** Prefix of the deployment's streams and subjects. */
  readonly prefix: string;
  /** Names the dead-letter subject. */
  readonly service: string;
  readonly partition: number;
  readonly inputs: readonly PartitionInput[];
  readonly processor: Pick<PartitionProcessor<D>, 'decode' | 'apply'>;
  /** Whether an operator's event says to pass over a message (design §4.10); asked again before every attempt. */
  readonly isSetAside: (stream: StreamKey, sequence: number) => boolean;
  /** Looked at before every batch. @default always held: a rebuild has no lease. */
  readonly isHeld?: () => boolean;
  /** @default DEFAULT_READ_LIMITS */
  readonly limits?: ReadLimits;
  readonly observer?: PartitionObserver;
  /** Source of jitter, 0 to 1. */
  readonly random?: () => number;
}

export interface InputStatus {
  readonly stream: StreamKey;
  /** Last sequence whose effect is durable; 0 before the first. */
  readonly watermark: number;
  /** Messages of this partition whose effect is not durable yet; undefined until the server was heard. */
  readonly lag: number | undefined;
}

export interface ReaderStatus {
  readonly inputs: readonly InputStatus[];
  readonly waiting: WaitingMessage | undefined;
}

interface InputState {
  readonly stream: StreamKey;
  readonly buffer: PartitionInputBuffer;
  watermark: number;
  /** Messages in the hands of the processor. */
  applying: number;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly settle: (fault?: Fault) => void;
}

/**
 * Reads one partition in order (design §3.6): an ordered consumer per input from its watermark, one batch applied at a time while the
 * next is fetched. Usable without a host, for instance by a rebuild that folds beside the running reader.
 */
export class PartitionReader<D> {
  private readonly inputs: InputState[] = [];
  private readonly bell = new Bell();
  private readonly stopping = new AbortController();
  private readonly waiters = new Set<Waiter>();
  private settlement: Settlement<D> | undefined;
  private loop: Promise<void> | undefined;
  private turn = 0;

  constructor(private readonly options: PartitionReaderOptions<D>) {}

  /** Starts behind the given watermarks. Call once. Faults of the server do not reject: consumers are made as soon as it answers. */
  async start(watermarks: Watermarks): Promise<void> {
    const { nats, prefix, partition, observer = {}, limits = DEFAULT_READ_LIMITS, random = Math.random } = this.options;
    const streams = streamTable(prefix);
    const manager = await jetstreamManager(nats, { checkAPI: false });
    this.settlement = new Settlement({
      partition,
      processor: this.options.processor,
      deadLetters: new DeadLetters(nats, jetstream(nats), new Subjects(prefix).deadletters(this.options.service)),
      isSetAside: this.options.isSetAside,
      isHeld: this.options.isHeld ?? (() => true),
      limits,
      random,
      observer,
      stopping: this.stopping.signal,
    });
    for (const { stream, filters } of this.options.inputs) {
      const watermark = watermarks[stream] ?? 0;
      const buffer = new PartitionInputBuffer({
        nats,
        jetstream: manager,
        stream,
        streamName: streams[stream].name,
        filters: filters(partition),
        limits,
        random,
        onArrival: () => this.bell.ring(),
        onLost: reason => observer.consumerLost?.(partition, stream, reason),
      });
      this.inputs.push({ stream, buffer, watermark, applying: 0 });
      buffer.start(watermark);
    }
    this.loop = this.run(this.settlement);
  }

  /** Stops reading and waits for the batch in hand. A batch that waits for a retry is given up: its watermark has not moved. */
  async stop(): Promise<void> {
    const fault = new Fault('PARTITION_STOPPED', `Partition ${this.options.partition} is no longer read here`);
    this.stopping.abort();
    this.bell.ring();
    await Promise.all(this.inputs.map(({ buffer }) => buffer.stop(fault)));
    await this.loop;
    for (const waiter of this.waiters) waiter.settle(fault);
  }

  /** Tells the reader that the connection was down in between; it continues behind the last message that came in order. */
  connectionInterrupted(): void {
    for (const { buffer } of this.inputs) buffer.interrupt(new Fault('CONSUMER_LOST', 'The connection was interrupted'));
  }

  /**
   * Resolves once everything of `stream` up to `sequence` is durable; `sequence` must be one of this partition's messages.
   * Rejects with the signal's reason, or with the fault `PARTITION_STOPPED`.
   */
  reached(stream: StreamKey, sequence: number, signal?: AbortSignal): Promise<void> {
    const input = this.inputs.find(candidate => candidate.stream === stream);
    return this.waitUntil(() => input !== undefined && input.watermark >= sequence, signal);
  }

  /** Resolves at the first moment at which nothing of any input is left to apply. */
  caughtUp(signal?: AbortSignal): Promise<void> {
    return this.waitUntil(() => this.inputs.every(input => lagOf(input) === 0), signal);
  }

  status(): ReaderStatus {
    return {
      inputs: this.inputs.map(input => ({ stream: input.stream, watermark: input.watermark, lag: lagOf(input) })),
      waiting: this.settlement?.waiting,
    };
  }

  private async run(settlement: Settlement<D>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const input = this.nextWithMessages();
      if (input === undefined) {
        this.releaseWaiters();
        await this.bell.wait();
      } else {
        await this.applyArrived(settlement, input);
      }
    }
  }

  /** Takes turns, so that a busy input cannot starve a quiet one. */
  private nextWithMessages(): InputState | undefined {
    for (let step = 0; step < this.inputs.length; step += 1) {
      const input = this.inputs[(this.turn + step) % this.inputs.length];
      if (input !== undefined && !input.buffer.isEmpty) {
        this.turn = (this.turn + step + 1) % this.inputs.length;
        return input;
      }
    }
    return undefined;
  }

  private async applyArrived(settlement: Settlement<D>, input: InputState): Promise<void> {
    const messages = input.buffer.take();
    input.applying = messages.length;
    await settlement.settle(messages, durable => {
      input.watermark = durable.sequence;
      input.applying -= durable.messages;
      this.releaseWaiters();
    });
    // Settling returns early only when the partition may no longer be applied here; reading on would skip what it left.
    if (input.applying > 0) this.stopping.abort();
  }

  private waitUntil(isDone: () => boolean, signal?: AbortSignal): Promise<void> {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.settle(new Fault('WAIT_ABORTED', 'The wait was given up', {}, { cause: signal?.reason }));
      const waiter: Waiter = {
        isDone,
        settle: fault => {
          this.waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
          if (fault === undefined) resolve();
          else reject(fault);
        },
      };
      if (this.stopping.signal.aborted || signal?.aborted === true) {
        abort();
        return;
      }
      this.waiters.add(waiter);
      signal?.addEventListener('abort', abort);
    });
  }

  private releaseWaiters(): void {
    for (const waiter of this.waiters) if (waiter.isDone()) waiter.settle();
  }
}

const lagOf = ({ buffer, applying }: InputState): number | undefined =>
  buffer.behind === undefined ? undefined : buffer.behind + applying;
