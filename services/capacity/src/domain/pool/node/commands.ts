import type { DecidedAt } from '../at-instant.js';

/** Adds nodes of the same farm, and removes nodes (capacity §15.7). */
export interface ChangeNodes extends DecidedAt {
  readonly type: 'change-nodes';
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly cause: string;
  /**
   * What is removed is not there any more, or moved to another farm: it leaves the list at once, though workloads may be recorded on it. So a
   * node that died never stands in the way of a top-up, which has to name the nodes of the list only (capacity §6.1 row 16).
   */
  readonly areGone: boolean;
}
