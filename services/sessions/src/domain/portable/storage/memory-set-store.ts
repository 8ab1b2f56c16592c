import { byteText, bytesOf } from './byte-text.js';
import { requireKey, requireValue } from './required.js';
import type { SetStore } from './set-store.js';

/** Keeps sets in this process. */
export class MemorySetStore implements SetStore {
  private readonly sets = new Map<string, Set<string>>();

  add(key: string, value: Uint8Array): void {
    requireKey(key);
    requireValue(value);
    const members = this.sets.get(key);
    if (members === undefined) this.sets.set(key, new Set([byteText(value)]));
    else members.add(byteText(value));
  }

  all(key: string): readonly Uint8Array[] {
    requireKey(key);
    const members = this.sets.get(key);
    return members === undefined ? [] : Array.from(members, bytesOf);
  }

  drop(key: string): void {
    requireKey(key);
    this.sets.delete(key);
  }

  remove(key: string, value: Uint8Array): void {
    requireKey(key);
    requireValue(value);
    const members = this.sets.get(key);
    if (members?.delete(byteText(value)) === true && members.size === 0) this.sets.delete(key);
  }

  delete(key: string): void {
    this.drop(key);
  }

  /** Keys that have members: for inventories. */
  keys(): readonly string[] {
    return [...this.sets.keys()];
  }
}
