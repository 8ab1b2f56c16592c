import type { StoredMessage, StreamKey } from '@drawdown/eventlog';
import { Fault, isFault } from '@drawdown/errors';
import { backoffMs, pause } from './backoff.js';
import { breath } from './breath.js';
import type { DeadLetters } from './dead-letters.js';
import type { ReadLimits } from './limits.js';
import type { PartitionObserver, WaitingMessage } from './observer.js';
import type { Delivery, PartitionProcessor, Rejection } from './ports.js';

/** What settling needs to know about its partition. */
export interface SettleRequest<D> {
  readonly partition: number;
  readonly processor: Pick<PartitionProcessor<D>, 'decode' | 'apply'>;
  readonly deadLetters: DeadLetters;
  readonly isSetAside: (stream: StreamKey, sequence: number) => boolean;
  readonly isHeld: () => boolean;
  readonly limits: ReadLimits;
  readonly random: () => number;
  readonly observer: PartitionObserver;
  readonly stopping: AbortSignal;
}

/** How far the watermark has moved, and by how many messages. */
export interface Durable {
  readonly sequence: number;
  readonly messages: number;
}

/** Our own code threw: not a fault of the world and not named by the message's bytes. */
export const PROCESSOR_FAILED = 'PROCESSOR_FAILED';

/** The one place that decides what becomes of a message: applied, dead-lettered and passed, set aside, or waiting. */
export class Settlement<D> {
  private waitingFor: WaitingMessage | undefined;

  constructor(private readonly request: SettleRequest<D>) {}

  /** The message that holds the partition just now. */
  get waiting(): WaitingMessage | undefined {
    return this.waitingFor;
  }

  /**
   * Applies `messages` in order and returns when all are durable, or early when the partition stops or its lease ends.
   * A fault retries the same messages. When our code breaks, the batch is halved until a single message is left to name; what
   * stands before it is applied, it alone waits, and nothing overtakes it.
   */
  async settle(messages: readonly StoredMessage[], onDurable: (progress: Durable) => void): Promise<void> {
    const deadLettered = new Set<number>();
    let next = 0;
    let size = messages.length;
    let attempt = 0;
    while (next < messages.length && this.mayGoOn()) {
      const batch = messages.slice(next, next + size);
      try {
        await this.applyOnce(batch, deadLettered);
        this.resume();
        onDurable({ sequence: batch.at(-1)?.sequence ?? 0, messages: batch.length });
        next += batch.length;
        size *= 2;
        attempt = 0;
      } catch (error) {
        if (isBreakage(error) && batch.length > 1) {
          size = Math.ceil(batch.length / 2);
          continue;
        }
        attempt += 1;
        this.wait(batch[0], error, attempt);
        await pause(backoffMs(attempt - 1, this.request.limits, this.request.random), this.request.stopping);
      }
    }
  }

  private mayGoOn(): boolean {
    return !this.request.stopping.aborted && this.request.isHeld();
  }

  private async applyOnce(messages: readonly StoredMessage[], deadLettered: Set<number>): Promise<void> {
    const startedMs = performance.now();
    const { partition, observer, processor } = this.request;
    const batch: Delivery<D>[] = [];
    const rejected: { message: StoredMessage; rejection: Rejection; ordinal: number }[] = [];
    for (const message of messages) {
      await breath();
      const isSetAside = this.request.isSetAside(message.stream, message.sequence);
      const decoded = isSetAside ? undefined : processor.decode(message);
      batch.push({ message, value: decoded?.ok === true ? decoded.value : undefined });
      if (decoded === undefined || deadLettered.has(message.sequence)) continue;
      const rejections = decoded.ok ? (decoded.rejections ?? []) : [decoded];
      rejected.push(...rejections.map((rejection, ordinal) => ({ message, rejection, ordinal })));
    }
    // The watermark passes a rejected message with `apply`, so its copy must be safe before.
    const copies = rejected.map(async ({ message, rejection, ordinal }) => {
      await this.request.deadLetters.publish(message, rejection, ordinal);
      deadLettered.add(message.sequence);
      observer.deadLettered?.(partition, message.stream, message.sequence, rejection.reason);
    });
    for (const outcome of await Promise.allSettled(copies)) if (outcome.status === 'rejected') throw outcome.reason;
    if (!this.mayGoOn()) throw new Fault('PARTITION_STOPPED', 'The partition was given up before its messages were applied');
    await processor.apply(batch);
    const last = messages.at(-1);
    if (last === undefined) return;
    const elapsedMs = performance.now() - startedMs;
    observer.applied?.(partition, { stream: last.stream, messages: messages.length, lastSequence: last.sequence, elapsedMs });
  }

  private resume(): void {
    if (this.waitingFor === undefined) return;
    this.waitingFor = undefined;
    this.request.observer.resumed?.(this.request.partition);
  }

  private wait(message: StoredMessage | undefined, error: unknown, attempts: number): void {
    if (message === undefined || !this.mayGoOn()) return;
    this.waitingFor = {
      stream: message.stream,
      subject: message.subject,
      sequence: message.sequence,
      reason: isFault(error) ? error.reason : PROCESSOR_FAILED,
      detail: error instanceof Error ? error.message : String(error),
      attempts,
      sinceMs: this.waitingFor?.sequence === message.sequence ? this.waitingFor.sinceMs : Date.now(),
    };
    this.request.observer.waiting?.(this.request.partition, this.waitingFor);
  }
}

/** Everything but a fault is our own code's: a refusal, too, has no business leaving `apply`. */
const isBreakage = (error: unknown): boolean => !isFault(error);
