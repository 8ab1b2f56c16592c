import type { Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import type { Dimension } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

export interface DimensionExhausted extends RecordedAt {
  readonly type: 'dimension-exhausted';
  readonly dimension: Dimension;
  readonly dueAt: Seconds;
  readonly detectedAt: Seconds;
  /** Too little for one more second; what is left of it drains in the next one. */
  readonly remainder: Exact;
  /** Ascending ids of the members that use the dimension. */
  readonly workloadIds: readonly number[];
}

/** The dimension can pay for what uses it again, or nothing uses it any more: its next depletion is a new one. */
export interface DimensionReplenished extends RecordedAt {
  readonly type: 'dimension-replenished';
  readonly dimension: Dimension;
}

export type ExhaustionEvent = DimensionExhausted | DimensionReplenished;
