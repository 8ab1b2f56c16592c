import type { Eventually } from './eventually.js';

export interface WriteOptions {
  /** Leave a value alone that is there already. */
  readonly skipIfExists?: boolean;
  /** Answer the value that was there; the kept one with `skipIfExists`. */
  readonly returnPrevious?: boolean;
}

/**
 * Values by key (sessions §3.1). Keys hold any text but the empty one, values any bytes; an empty value is not an absent one. Each call is
 * one atomic step. Buffers are copied both ways.
 * @throws Refusal `KEY_REQUIRED` or `VALUE_REQUIRED` for what is missing.
 */
export interface KeyValueStore {
  /** Null when absent. */
  get(key: string): Eventually<Uint8Array | null>;
  /** The previous value when it was asked for and there was one, else null. */
  set(key: string, value: Uint8Array, options?: WriteOptions): Eventually<Uint8Array | null>;
  /** Fine when absent. */
  delete(key: string): Eventually<void>;
}
