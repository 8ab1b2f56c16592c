import { NOTHING, type Amounts } from '../amount/per-dimension.js';

/**
 * What came and went besides credits and use, in milliunit-seconds: credited + transferredIn = balance + drained + transferredOut + refunded +
 * forfeited, in every dimension (capacity §13.3).
 */
export interface Flows {
  /** From other pools, repaid loans among it. */
  readonly transferredIn: Amounts;
  /** To other pools; what came back is taken off again. */
  readonly transferredOut: Amounts;
  /** For money, and what was taken back because its payment was reversed. */
  readonly refunded: Amounts;
  /** Left when lots expired or the pool was closed. */
  readonly forfeited: Amounts;
}

export const NO_FLOWS: Flows = { transferredIn: NOTHING, transferredOut: NOTHING, refunded: NOTHING, forfeited: NOTHING };
