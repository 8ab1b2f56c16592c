import type { ProbeLog, ProbeObserver, ProbeReads, ProbeStatus } from './ports.js';

/** Longer than a take-over and a rebuild of some size; its hit does not stay in the log for longer either. */
export const PROBE_LOST_AFTER_MS = 300_000;

export interface ProbeOptions {
  readonly partition: number;
  readonly partitions: number;
  readonly periodMs: number;
  /** No session closes earlier after its hit; nothing is read before. */
  readonly leastMs: number;
  readonly log: ProbeLog;
  readonly reads: ProbeReads;
  readonly newId: () => string;
  /** Server's time. */
  readonly nowMs: () => number;
  readonly observer: ProbeObserver;
}

interface Sent {
  readonly id: string;
  readonly sentAtMs: number;
}

/**
 * Sends a hit of our own through everything, again and again, and looks when its session can be read (sessions §15.14). One is on its way at a time: where
 * nothing comes through, nothing piles up, and the waiting itself is what is told.
 */
export class Probe {
  #nextAtMs: number;
  #sent: Sent | undefined;
  #last: ProbeStatus['last'];
  #lost = 0;

  constructor(private readonly options: ProbeOptions) {
    const { partition, partitions, periodMs, nowMs } = options;
    // Spread over the period, so that partitions that are taken over together do not probe together.
    this.#nextAtMs = nowMs() + (periodMs * (partition + 1)) / partitions;
  }

  get status(): ProbeStatus {
    return {
      lost: this.#lost,
      ...(this.#last === undefined ? {} : { last: this.#last }),
      ...(this.#sent === undefined ? {} : { waitingSinceMs: this.#sent.sentAtMs }),
    };
  }

  /** Sends what is due, or looks for what was sent. */
  async turn(): Promise<void> {
    if (this.#sent === undefined) await this.#sendIfDue();
    else await this.#look(this.#sent);
  }

  async #sendIfDue(): Promise<void> {
    const { partition, periodMs, log, newId, nowMs } = this.options;
    const sentAtMs = Math.trunc(nowMs());
    if (sentAtMs < this.#nextAtMs) return;
    const sent = { id: newId(), sentAtMs };
    // Whether or not the log answers, it may have it: it is looked for.
    this.#sent = sent;
    this.#nextAtMs = sentAtMs + periodMs;
    await log.send(partition, sent.id, sentAtMs);
  }

  async #look({ id, sentAtMs }: Sent): Promise<void> {
    const { partition, leastMs, log, reads, nowMs, observer } = this.options;
    const waitedMs = nowMs() - sentAtMs;
    if (waitedMs < leastMs) return;
    const found = await reads.latest(partition);
    const readableMs = Math.trunc(nowMs()) - sentAtMs;
    if (found?.sessionId === id) {
      const delays = { closedMs: Math.max(0, found.closedAtMs - sentAtMs), readableMs };
      this.#last = { sentAtMs, ...delays };
      this.#sent = undefined;
      observer.onThrough(delays);
      await log.forgetOlder(partition);
    } else if (waitedMs > PROBE_LOST_AFTER_MS) {
      this.#lost += 1;
      this.#sent = undefined;
      observer.onLost();
    }
  }
}
