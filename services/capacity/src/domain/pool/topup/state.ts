import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';

/** A purchase that a pool has asked for and that has not come to an end. */
export interface OpenTopUp {
  readonly topUpId: number;
  /** Milliunit-seconds, whole unit-seconds. */
  readonly amounts: Amounts;
  /** Nobody waits for it from this second on. */
  readonly until: Seconds;
}

/** What a pool has bought by itself (capacity §15.2). */
export interface TopUps {
  /** At most one. */
  readonly open: OpenTopUp | undefined;
  /** The last one that was asked for; 0: none. */
  readonly lastId: number;
  /** When the period began; absent: nothing was ever bought. */
  readonly periodFrom: Seconds | undefined;
  /** Purchases in this period that did not fail. */
  readonly purchases: number;
  /** Nothing is bought before this, because the last attempt failed. */
  readonly notBefore: Seconds | undefined;
}

export const NO_TOP_UPS: TopUps = { open: undefined, lastId: 0, periodFrom: undefined, purchases: 0, notBefore: undefined };
