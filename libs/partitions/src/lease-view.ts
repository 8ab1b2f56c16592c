import type { KV, KvWatchEntry } from '@nats-io/kv';
import { decodeLeaseValue, type LeaseKeys } from './lease-entry.js';

/** Who owns a partition, as last heard. */
export interface Owner {
  readonly replica: string;
  readonly instance: string;
  readonly epoch: number;
  /** Revision of the latest renewal. */
  readonly revision: number;
}

interface Expiring<T> {
  readonly value: T;
  readonly createdServerMs: number;
}

/**
 * What one watch of the bucket tells: members, owners, epochs. It is a picture and may be late; only the server decides who gets a
 * lease. The server forgets entries without a word, so they fade here by the server's own clock, of which the entries' timestamps
 * give a lower bound: nothing fades too early.
 */
export class LeaseView {
  private readonly members = new Map<string, Expiring<string>>();
  private readonly owners = new Map<number, Expiring<Owner>>();
  private readonly listeners = new Set<() => void>();
  private serverAheadMs = Number.NEGATIVE_INFINITY;
  private heard = 0;

  constructor(
    private readonly keys: LeaseKeys,
    private readonly ttlMs: number,
    private readonly monotonicMs: () => number,
  ) {}

  /**
   * Follows the bucket until the watch ends or `signal` is aborted. Resolves `ready` once everything that was there has been seen.
   */
  async follow(bucket: KV, signal: AbortSignal, ready: () => void): Promise<void> {
    const watch = await bucket.watch({ key: this.keys.all });
    const stop = (): void => watch.stop();
    signal.addEventListener('abort', stop);
    try {
      // An empty bucket sends nothing at all; the member entry that every replica writes then ends the wait.
      for await (const entry of watch) {
        this.observe(entry);
        if (entry.delta === 0) ready();
      }
    } finally {
      signal.removeEventListener('abort', stop);
      watch.stop();
    }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  liveMembers(): string[] {
    return [...this.members.values()].filter(entry => this.isLive(entry)).map(({ value }) => value);
  }

  owner(partition: number): Owner | undefined {
    const entry = this.owners.get(partition);
    return entry !== undefined && this.isLive(entry) ? entry.value : undefined;
  }

  /** Entries seen since the start; a watch that stays silent through a renewal of ours is broken. */
  get entriesHeard(): number {
    return this.heard;
  }

  private observe(entry: KvWatchEntry): void {
    this.heard += 1;
    const createdServerMs = entry.created.getTime();
    this.serverAheadMs = Math.max(this.serverAheadMs, createdServerMs - this.monotonicMs());
    const key = this.keys.parse(entry.key);
    const value = entry.operation === 'PUT' ? decodeLeaseValue(entry.value) : undefined;
    if (key === undefined) return;
    if ('member' in key) {
      if (value === undefined) this.members.delete(key.member);
      else this.members.set(key.member, { value: value.replica, createdServerMs });
    } else if (value === undefined) {
      this.owners.delete(key.partition);
    } else {
      const { replica, instance, epoch = entry.revision } = value;
      this.owners.set(key.partition, { createdServerMs, value: { replica, instance, epoch, revision: entry.revision } });
    }
    for (const listener of this.listeners) listener();
  }

  private isLive(entry: Expiring<unknown>): boolean {
    return this.monotonicMs() + this.serverAheadMs < entry.createdServerMs + this.ttlMs;
  }
}
