import type { Entries } from './entries.js';

/** Entries of segments read or written lately, least recently used out first. One per process, shared by all partitions. */
export class SegmentCache {
  private readonly held = new Map<string, Entries>();
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  get memoryBytes(): number {
    return this.bytes;
  }

  get(key: string): Entries | undefined {
    const entries = this.held.get(key);
    if (entries === undefined) return undefined;
    this.held.delete(key);
    this.held.set(key, entries);
    return entries;
  }

  put(key: string, entries: Entries): void {
    this.delete(key);
    this.held.set(key, entries);
    this.bytes += entries.bytes.byteLength;
    for (const oldest of this.held.keys()) {
      if (this.bytes <= this.bytesMax) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.bytes -= this.held.get(key)?.bytes.byteLength ?? 0;
    this.held.delete(key);
  }
}
