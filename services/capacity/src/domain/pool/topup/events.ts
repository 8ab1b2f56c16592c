import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';

/** The pool wants to buy: somebody makes a reservation for it, once per number (capacity §15.2). */
export interface TopUpDue extends RecordedAt {
  readonly type: 'top-up-due';
  /** Counts the purchases of this pool. */
  readonly topUpId: number;
  readonly amounts: Amounts;
  readonly until: Seconds;
}

export interface TopUpEnded extends RecordedAt {
  readonly type: 'top-up-ended';
  readonly topUpId: number;
  readonly cause: 'credited' | 'failed' | 'expired';
  /** Nothing more is asked for before this; absent: whenever it is needed. */
  readonly retryAt?: Seconds | undefined;
}

export type TopUpEvent = TopUpDue | TopUpEnded;
