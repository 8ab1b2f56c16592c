import type { KV, KvWatchEntry } from '@nats-io/kv';
import { decodeLeaseValue, type LeaseKeys, type LeaseValue } from './lease-entry.js';

/** Who owns a partition, as last heard. */
export interface Owner {
  readonly replica: string;
  readonly instance: string;
  readonly epoch: number;
  readonly incarnation: string;
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
    if (signal.aborted) stop();
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
    const isNews = 'member' in key ? this.noteMember(key.member, value, createdServerMs) : this.noteOwner(key.partition, value, entry);
    if (isNews) for (const listener of this.listeners) listener();
  }

  /** True when somebody came or went; most entries only say that all is as before. */
  private noteMember(member: string, value: LeaseValue | undefined, createdServerMs: number): boolean {
    if (value === undefined) return this.members.delete(member);
    const before = this.members.get(member);
    this.members.set(member, { value: value.replica, createdServerMs });
    return before === undefined || !this.isLive(before);
  }

  private noteOwner(partition: number, value: LeaseValue | undefined, entry: KvWatchEntry): boolean {
    if (value === undefined) return this.owners.delete(partition);
    const before = this.owner(partition);
    const { replica, instance, incarnation, epoch = entry.revision } = value;
    const owner = { replica, instance, incarnation, epoch, revision: entry.revision };
    this.owners.set(partition, { createdServerMs: entry.created.getTime(), value: owner });
    return before?.epoch !== epoch || before.incarnation !== incarnation;
  }

  private isLive(entry: Expiring<unknown>): boolean {
    return this.monotonicMs() + this.serverAheadMs < entry.createdServerMs + this.ttlMs;
  }
}
