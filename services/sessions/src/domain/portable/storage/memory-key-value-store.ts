import { bytesOf, byteText } from './byte-text.js';
import type { KeyValueStore, WriteOptions } from './key-value-store.js';
import { requireKey, requireValue } from './required.js';

/** Keeps values in this process. */
export class MemoryKeyValueStore implements KeyValueStore {
  private readonly values = new Map<string, string>();

  get(key: string): Uint8Array | null {
    requireKey(key);
    const value = this.values.get(key);
    return value === undefined ? null : bytesOf(value);
  }

  set(key: string, value: Uint8Array, { skipIfExists = false, returnPrevious = false }: WriteOptions = {}): Uint8Array | null {
    requireKey(key);
    requireValue(value);
    const previous = skipIfExists || returnPrevious ? this.values.get(key) : undefined;
    if (!skipIfExists || previous === undefined) this.values.set(key, byteText(value));
    return returnPrevious && previous !== undefined ? bytesOf(previous) : null;
  }

  delete(key: string): void {
    requireKey(key);
    this.values.delete(key);
  }

  /** What is stored, in the order of first writing: for inventories. */
  entries(): readonly (readonly [key: string, value: Uint8Array])[] {
    return [...this.values].map(([key, value]) => [key, bytesOf(value)] as const);
  }
}
