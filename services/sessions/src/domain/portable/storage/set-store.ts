import type { Eventually } from './eventually.js';

/**
 * Sets of byte strings by key, told apart by their exact bytes (sessions §3.2). Keys hold any text but the empty one; the empty value is a
 * legal member. A set without members does not exist. Adds from several callers at once all survive. Buffers are copied both ways.
 * @throws Refusal `KEY_REQUIRED` or `VALUE_REQUIRED` for what is missing.
 */
export interface SetStore {
  /** Adding a member again changes nothing. */
  add(key: string, value: Uint8Array): Eventually<void>;
  /** Every member, in no promised order; none for an unknown key. */
  all(key: string): Eventually<readonly Uint8Array[]>;
  /** Removes the whole set. */
  drop(key: string): Eventually<void>;
  /** Removes one member; fine when it is absent. */
  remove(key: string, value: Uint8Array): Eventually<void>;
  /** The older name of `drop`. */
  delete(key: string): Eventually<void>;
}
