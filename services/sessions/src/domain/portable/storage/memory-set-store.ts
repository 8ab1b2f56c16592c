import { requireKey, requireValue } from './required.js';
import type { SetStore } from './set-store.js';

/** One character per byte: equal texts are equal bytes, and texts are what a Set of this language compares by content. */
const memberOf = (value: Uint8Array): string => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');

/** Keeps sets in this process. */
export class MemorySetStore implements SetStore {
  private readonly sets = new Map<string, Set<string>>();

  add(key: string, value: Uint8Array): void {
    requireKey(key);
    requireValue(value);
    const members = this.sets.get(key);
    if (members === undefined) this.sets.set(key, new Set([memberOf(value)]));
    else members.add(memberOf(value));
  }

  all(key: string): readonly Uint8Array[] {
    requireKey(key);
    const members = this.sets.get(key);
    return members === undefined ? [] : Array.from(members, member => Buffer.from(member, 'latin1'));
  }

  drop(key: string): void {
    requireKey(key);
    this.sets.delete(key);
  }

  remove(key: string, value: Uint8Array): void {
    requireKey(key);
    requireValue(value);
    const members = this.sets.get(key);
    if (members?.delete(memberOf(value)) === true && members.size === 0) this.sets.delete(key);
  }

  delete(key: string): void {
    this.drop(key);
  }

  /** Keys that have members: for inventories. */
  keys(): readonly string[] {
    return [...this.sets.keys()];
  }
}
